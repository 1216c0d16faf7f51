-- Returns a row when the job was finished: only if this worker still has it.
SELECT procrastinate_finish_job_v1(j.id, %(status)s::procrastinate_job_status, %(delete_job)s)
FROM (
    SELECT id
    FROM procrastinate_jobs
    WHERE id = %(job_id)s AND status = 'doing' AND worker_id = %(worker_id)s
    FOR UPDATE
) AS j
