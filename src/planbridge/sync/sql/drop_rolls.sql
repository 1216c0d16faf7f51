-- Returns nothing: plans without a roll are read from their people's rows.
DELETE FROM plan_roll
WHERE plan_id = ANY (%(plan_ids)s)
