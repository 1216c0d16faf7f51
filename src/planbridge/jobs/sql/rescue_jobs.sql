-- Returns id, task_name, is_given_up of the jobs whose worker told nothing for too long: they wait again, or fail after
-- too many attempts. What their old worker still has open in the database is ended, so that it lets go of its locks.
WITH stale AS (
    SELECT j.id
    FROM procrastinate_jobs AS j
    LEFT JOIN procrastinate_workers AS w ON w.id = j.worker_id
    WHERE j.status = 'doing'
        AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => %(stale_seconds)s))
    FOR UPDATE OF j SKIP LOCKED
),
rescued AS (
    UPDATE procrastinate_jobs AS j
    SET
        status = (
            CASE WHEN j.attempts + 1 < %(attempts_max)s AND NOT j.abort_requested THEN 'todo' ELSE 'failed' END
        )::procrastinate_job_status,
        attempts = j.attempts + 1,
        scheduled_at = now(),
        worker_id = NULL,
        -- A later job of the same key may wait already; two waiting jobs of one key are refused.
        queueing_lock = NULL
    FROM stale
    WHERE j.id = stale.id
    RETURNING j.id, j.task_name, j.status = 'failed' AS is_given_up
)
SELECT
    r.id,
    r.task_name,
    r.is_given_up,
    (
        SELECT count(pg_terminate_backend(a.pid))
        FROM pg_stat_activity AS a
        WHERE a.datname = current_database()
            AND a.application_name = %(session_name)s || r.id
            AND a.usename = current_user
    ) AS sessions_ended
FROM rescued AS r
