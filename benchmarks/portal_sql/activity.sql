-- Returns nothing; writes the entry of each run, and for every twentieth one of something else.
INSERT INTO activity (plan_id, id, firm_id, verb, participant_id, connection_id, actor, happened_at, status, detail)
SELECT
    r.plan_id, r.id, %(firm_id)s, CASE WHEN r.kind = 'plan' THEN 'plan_sync' ELSE 'participant_sync' END, '',
    r.connection_id, r.requested_by, r.requested_at, NULL, '{}'::jsonb
FROM sync_run AS r
UNION ALL
SELECT
    r.plan_id, gen_random_uuid(), %(firm_id)s, 'plan_activated', '', NULL, 'ada@example.test',
    r.requested_at + interval '10 milliseconds', CASE WHEN r.rejected = 1 THEN 'successful' ELSE 'error' END,
    '{"version": 2}'::jsonb
FROM (SELECT *, row_number() OVER (ORDER BY requested_at) AS place FROM sync_run) AS r
WHERE r.place %% 20 = 0
