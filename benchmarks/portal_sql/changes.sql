-- Returns nothing; writes what one run changed of everybody in the first plan.
INSERT INTO participant_change (plan_id, participant_id, run_id, section, changed_at, changes)
SELECT
    p.plan_id, p.participant_id, r.id, s.section, r.requested_at,
    CASE s.section
        WHEN 'census' THEN '{"annual_compensation": [60000, 61000]}'::jsonb
        ELSE '{"balances.units": [[1, 2, 3, 4, 5, 6, 7, 8], [1.5, 20.25, 3.125, 44.5, 5.75, 6.5, 7.25, 8.5]]}'::jsonb
    END
FROM participant AS p
CROSS JOIN (SELECT id, requested_at FROM sync_run WHERE plan_id = 1 ORDER BY requested_at DESC LIMIT 1) AS r
CROSS JOIN (VALUES ('census'), ('balances')) AS s (section)
WHERE p.plan_id = 1
