-- Returns schedule_id, status, runs: how the syncs that each task's last run asked for stand. They were asked for within
-- the window; a day more for parts that came late.
SELECT s.id, r.status, count(*)
FROM schedule AS s
JOIN sync_run AS r
    ON r.requested_at >= s.last_run_at
    AND r.requested_at < s.last_run_at + make_interval(mins => s.window_minutes, days => 1)
    AND r.requested_by = 'schedule ' || s.id
    AND r.kind = s.task_type
WHERE s.id = ANY(%(schedule_ids)s)
GROUP BY s.id, r.status
ORDER BY s.id, r.status
