-- Returns the section marks of the plans that have a roll, those of its additions after it: plan_id, names, sections.
SELECT plan_id, names, sections
FROM (
    SELECT plan_id, 0 AS number, names, sections FROM plan_roll WHERE plan_id = ANY (%(plan_ids)s)
    UNION ALL
    SELECT plan_id, number, names, sections FROM plan_roll_addition WHERE plan_id = ANY (%(plan_ids)s)
) AS r
ORDER BY plan_id, number
