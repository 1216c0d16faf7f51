-- Returns the last problem number of the runs that have any: plan_id, number.
SELECT p.plan_id, max(p.number)
FROM run_problem AS p
JOIN unnest(%(plan_ids)s::bigint[], %(run_ids)s::uuid[]) AS r (plan_id, run_id)
    ON r.plan_id = p.plan_id AND r.run_id = p.run_id
GROUP BY p.plan_id
