-- Returns the id of the job that waits again: only if this worker still has it.
UPDATE procrastinate_jobs
SET
    status = 'todo',
    attempts = attempts + 1,
    scheduled_at = %(retry_at)s,
    -- A later job of the same key may wait already; two waiting jobs of one key are refused.
    queueing_lock = NULL
WHERE id = %(job_id)s AND status = 'doing' AND worker_id = %(worker_id)s
RETURNING id
