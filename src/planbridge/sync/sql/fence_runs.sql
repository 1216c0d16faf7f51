-- Returns the run ids that this attempt still owns, locked until the commit; a run taken over by another is not among them.
SELECT r.id
FROM sync_run AS r
JOIN unnest(%(plan_ids)s::bigint[], %(run_ids)s::uuid[], %(attempts)s::int[]) AS o (plan_id, id, attempt)
    ON r.plan_id = o.plan_id AND r.id = o.id AND r.attempt = o.attempt
WHERE r.status = 'running' AND r.cancel_requested_by = ''
ORDER BY r.plan_id, r.id
FOR UPDATE OF r
