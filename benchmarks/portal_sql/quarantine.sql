-- Returns nothing; writes a rejected record for each person of whom that run found something wrong.
INSERT INTO quarantine (
    plan_id, run_id, participant_id, codes, record_sealed, record_masked, quarantined_at, resolved_by_run
)
SELECT
    p.plan_id, p.run_id, p.participant_id, ARRAY[p.code], ''::bytea,
    jsonb_build_array(
        jsonb_build_object('participant_id', p.participant_id, 'ssn', '***-**-0001', 'last_name', repeat('Example ', 60))
    ),
    now(), NULL
FROM run_problem AS p
WHERE p.severity = 'error'
