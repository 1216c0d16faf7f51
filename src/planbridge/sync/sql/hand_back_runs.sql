-- Returns nothing: runs of these attempts wait again - but where a newer run of the plan waits already, they stay as
-- they are, Running in name, because only one may wait. Either way the job named does them next.
UPDATE sync_run AS r
SET
    job_id = %(job_id)s,
    status = CASE
        WHEN EXISTS (
            SELECT
            FROM sync_run AS o
            WHERE o.plan_id = r.plan_id AND o.kind = r.kind AND o.status = 'queued'
        ) THEN 'running'
        ELSE 'queued'
    END
FROM unnest(%(plan_ids)s::bigint[], %(run_ids)s::uuid[], %(attempts)s::int[]) AS t (plan_id, id, attempt)
WHERE r.plan_id = t.plan_id AND r.id = t.id AND r.attempt = t.attempt AND r.status = 'running'
