-- Returns the rolls of the plans, those that have one, each with its additions after it: plan_id, names, marks.
SELECT plan_id, names, marks
FROM (
    SELECT plan_id, 0 AS number, names, marks FROM plan_roll WHERE plan_id = ANY (%(plan_ids)s)
    UNION ALL
    SELECT plan_id, number, names, marks FROM plan_roll_addition WHERE plan_id = ANY (%(plan_ids)s)
) AS r
ORDER BY plan_id, number
