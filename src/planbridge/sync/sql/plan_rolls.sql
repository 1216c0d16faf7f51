-- Returns the rolls of the plans, those that have one: plan_id, names, marks.
SELECT plan_id, names, marks
FROM plan_roll
WHERE plan_id = ANY (%(plan_ids)s)
ORDER BY plan_id
