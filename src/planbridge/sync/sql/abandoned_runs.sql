-- Returns running runs whose job is neither waiting nor being done: plan_id, id, attempt.
SELECT r.plan_id, r.id, r.attempt
FROM sync_run AS r
LEFT JOIN procrastinate_jobs AS j ON j.id = r.job_id
WHERE r.status = 'running'
    AND r.started_at < now() - interval '5 seconds'
    AND (j.id IS NULL OR j.status NOT IN ('todo', 'doing'))
