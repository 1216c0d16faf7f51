-- Returns nothing: runs that wait to apply what was held are Running in name, so that another run of their plans can wait
-- behind them: it reads what is newer, which they do not. Their job does them all the same.
UPDATE sync_run AS r
SET status = 'running'
WHERE r.plan_id = ANY (%(plan_ids)s)
    AND r.kind = %(kind)s
    AND r.status = 'queued'
    AND r.guard_waived_by <> ''
    AND r.job_id IS NOT NULL
    AND NOT EXISTS (
        SELECT
        FROM sync_run AS o
        WHERE o.plan_id = r.plan_id AND o.kind = r.kind AND o.status = 'running'
    )
