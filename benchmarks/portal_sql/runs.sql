-- Returns nothing; writes ended runs over ninety days, the last ones newest, their ids in order of time.
INSERT INTO sync_run (
    plan_id, id, connection_id, kind, status, attempt, batch_id, is_full, is_dry_run, participants, requested_by,
    requested_at, started_at, finished_at, stages, read, applied, unchanged, rejected, held, vanished, prices, draft,
    warnings, delivered_as, requests, cancel_requested_by, guard_waived_by, proof
)
SELECT
    1 + n %% %(plans)s,
    (lpad(to_hex((extract(epoch FROM t.at) * 1000)::bigint), 12, '0') || '7' || right(md5(n::text), 3) || '8'
        || left(md5(n::text), 15))::uuid,
    (%(connection_ids)s::bigint[])[1 + (1 + n %% %(plans)s) %% 3],
    CASE WHEN n %% 4 = 0 THEN 'plan' ELSE 'participants' END,
    CASE
        WHEN n %% 101 = 0 THEN 'error'
        WHEN n %% 53 = 0 THEN 'partly_successful'
        WHEN n %% 37 = 0 THEN 'successful_with_warnings'
        WHEN n %% 211 = 0 THEN 'held'
        WHEN n %% 307 = 0 THEN 'canceled'
        ELSE 'successful'
    END,
    1, gen_random_uuid(), false, false,
    CASE WHEN n %% 1009 = 0 THEN ARRAY['P-' || n] ELSE '{}' END, 'schedule', t.at, t.at + interval '1 second',
    t.at + interval '4 seconds',
    '[{"stage": "extract", "seconds": 0.2, "count": 100}, {"stage": "normalise", "seconds": 0.1, "count": 100},
      {"stage": "apply", "seconds": 0.1, "count": 3}]'::jsonb,
    100, n %% 5, 95, n %% 2, 0, 0, 8, false, 0, 'delivery', '[]'::jsonb, '', '',
    '{"market_value": {"read": "151234.56"}, "people": {"read": 100}}'::jsonb
FROM generate_series(1, %(runs)s) AS n
CROSS JOIN LATERAL (SELECT now() - interval '90 days' * (1 - n / %(runs)s::float8) - interval '1 minute' AS at) AS t
