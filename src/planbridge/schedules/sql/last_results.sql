-- Returns schedule_id, status, runs: how the syncs that each task's last run asked for stand. They were asked for within
-- the window; a day more for parts that came late.
SELECT s.id, found.status, found.runs
FROM schedule AS s
CROSS JOIN LATERAL (
    SELECT r.status, count(*) AS runs
    FROM sync_run AS r
    WHERE r.requested_by = 'schedule ' || s.id
        AND r.requested_at >= s.last_run_at
        AND r.requested_at < s.last_run_at + make_interval(mins => s.window_minutes, days => 1)
        AND r.kind = s.task_type
    GROUP BY r.status
) AS found
WHERE s.id = ANY(%(schedule_ids)s)
ORDER BY s.id, found.status
