-- Returns nothing; writes 20,000 problems of one run.
INSERT INTO run_problem (plan_id, run_id, number, code, severity, participant_id, field, value, message)
SELECT
    r.plan_id, r.id, n, (ARRAY['SSN_MISSING', 'EMAIL_INVALID', 'FUND_UNKNOWN'])[1 + n %% 3],
    (ARRAY['error', 'warning', 'error'])[1 + n %% 3], '1-' || lpad((n * 20)::text, 7, '0'), 'ssn', NULL, 'What is wrong.'
FROM (SELECT plan_id, id FROM sync_run WHERE plan_id = 1 ORDER BY requested_at DESC LIMIT 1) AS r
CROSS JOIN generate_series(1, 20000) AS n
