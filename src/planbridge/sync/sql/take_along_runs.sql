-- Returns the runs that this job now owns as well, each with a new attempt number and the batch it was of: those waiting
-- of the connection and kind, oldest first. They become runs of this job's batch, so that whatever happens to it happens
-- to them. None where this job's own runs are of a special kind, or were begun before: a run that takes its worker down
-- must not take others along each time.
WITH waiting AS (
    SELECT r.plan_id, r.id, r.batch_id
    FROM sync_run AS r
    WHERE r.status = 'queued'
        AND r.connection_id = %(connection_id)s
        AND r.kind = %(kind)s
        AND r.batch_id <> %(batch_id)s
        AND NOT r.is_dry_run
        AND r.participants = '{}'
        AND r.guard_waived_by = ''
        AND r.retries_run_id IS NULL
        AND NOT EXISTS (
            SELECT
            FROM sync_run AS o
            WHERE o.plan_id = r.plan_id AND o.kind = r.kind AND o.status = 'running'
        )
        AND NOT EXISTS (
            SELECT
            FROM sync_run AS b
            WHERE b.batch_id = %(batch_id)s
                AND b.job_id = %(job_id)s
                AND b.status = 'running'
                AND (
                    b.is_dry_run
                    OR b.participants <> '{}'
                    OR b.guard_waived_by <> ''
                    OR b.retries_run_id IS NOT NULL
                    OR b.attempt > 1
                )
        )
    ORDER BY r.requested_at, r.plan_id
    LIMIT %(runs_max)s
    FOR UPDATE OF r SKIP LOCKED
)
UPDATE sync_run AS r
SET
    status = 'running',
    attempt = r.attempt + 1,
    started_at = coalesce(r.started_at, now()),
    job_id = %(job_id)s,
    batch_id = %(batch_id)s
FROM waiting AS w
WHERE r.plan_id = w.plan_id AND r.id = w.id
RETURNING r.plan_id, r.id, r.attempt, w.batch_id
