-- Returns nothing; gives that run the status and the whole proof that a run with its problems has.
UPDATE sync_run AS r
SET
    status = 'partly_successful', kind = 'participants', participants = '{}', read = 50000, applied = 25000, unchanged = 11667,
    rejected = 13333, warnings = 6667,
    proof = jsonb_build_object(
        'control_totals', true, 'complete', true,
        'people', '{"recordkeeper": 50000, "read": 50000, "applied": 25000, "unchanged": 11667, "rejected": 13333, "held": 0}'::jsonb,
        'market_value', t.line,
        'by_source', (
            SELECT jsonb_agg(jsonb_build_object('source', 'S' || s) || t.line) FROM generate_series(1, 8) AS s
        ),
        'by_fund', (
            SELECT jsonb_agg(jsonb_build_object('fund', 'F' || f, 'units', t.line, 'market_value', t.line))
            FROM generate_series(1, 20) AS f
        )
    )
FROM (VALUES (
    '{"recordkeeper": "151234567.89", "read": "151234567.89", "rejected": "12.50", "difference": "0.00"}'::jsonb
)) AS t (line)
WHERE (r.plan_id, r.id) = (
    SELECT n.plan_id, n.id FROM sync_run AS n WHERE n.plan_id = 1 ORDER BY n.requested_at DESC LIMIT 1
)
