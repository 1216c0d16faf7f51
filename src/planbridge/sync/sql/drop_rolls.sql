-- Returns nothing: plans without a roll are read from their people's rows.
WITH additions AS (
    DELETE FROM plan_roll_addition
    WHERE plan_id = ANY (%(plan_ids)s)
)
DELETE FROM plan_roll
WHERE plan_id = ANY (%(plan_ids)s)
