-- Returns plan_id of the plans that have a submission whose next step is due.
SELECT DISTINCT plan_id
FROM submission
WHERE state IN ('requested', 'sent', 'unknown', 'accepted') AND next_at <= %(now)s
ORDER BY plan_id
