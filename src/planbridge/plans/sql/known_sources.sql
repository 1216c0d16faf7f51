-- Returns (plan_id, source): the sources of each plan's latest document.
SELECT plan_id, source
FROM plan_source
WHERE plan_id = ANY(%(plan_ids)s::bigint[])
ORDER BY plan_id, source
