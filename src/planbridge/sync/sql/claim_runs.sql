-- Returns the runs that this job now owns, each with a new attempt number: those waiting whose plan has no other run of
-- the kind running, and those that an interrupted attempt of this very job left running.
UPDATE sync_run AS r
SET
    status = 'running',
    attempt = r.attempt + 1,
    started_at = coalesce(r.started_at, now()),
    job_id = %(job_id)s
WHERE r.batch_id = %(batch_id)s
    AND (
        (r.status = 'running' AND r.job_id = %(job_id)s)
        OR (
            r.status = 'queued'
            AND NOT EXISTS (
                SELECT
                FROM sync_run AS o
                WHERE o.plan_id = r.plan_id AND o.kind = r.kind AND o.status = 'running'
            )
        )
    )
RETURNING r.plan_id, r.id, r.attempt
