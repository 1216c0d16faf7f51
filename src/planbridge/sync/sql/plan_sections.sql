-- Returns the section marks of the plans that have a roll: plan_id, names, sections.
SELECT plan_id, names, sections
FROM plan_roll
WHERE plan_id = ANY (%(plan_ids)s)
ORDER BY plan_id
