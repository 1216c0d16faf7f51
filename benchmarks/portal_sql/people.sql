-- Returns nothing; writes people: the first plan has a twentieth of them, the others as many as each other.
INSERT INTO participant (
    plan_id, participant_id, first_name, last_name, birth_date, hire_dates, termination_dates, status, pay_frequency,
    annual_compensation, ssn_sealed, ssn_index, content_hash_high, content_hash_low, sync_status, changed_by_run,
    first_synced_at
)
SELECT
    s.plan_id, s.participant_id, f.name, l.name || CASE WHEN s.number %% 3 = 0 THEN 'son' ELSE '' END || (s.number %% 97),
    date '1960-01-01' + (s.number %% 15000)::int, ARRAY[date '2015-01-01'], ARRAY[NULL::date],
    CASE WHEN s.number %% 9 = 0 THEN 'terminated' ELSE 'active' END, 'biweekly', 60000 + s.number %% 50000,
    s.ssn_sealed, s.ssn_index, s.number, s.number,
    CASE
        WHEN s.number %% 1000 = 7 THEN 'error'
        WHEN s.number %% 200 = 9 THEN 'synced_with_warnings'
        WHEN s.number %% 500 = 11 THEN 'not_at_recordkeeper'
        ELSE 'synced'
    END,
    gen_random_uuid(), now() - interval '200 days'
FROM seed_person AS s
CROSS JOIN LATERAL (
    SELECT (ARRAY['Ada', 'Bea', 'Cem', 'Dora', 'Eli', 'Fay', 'Gus', 'Hal', 'Ida', 'Jo', 'Kim', 'Lea', 'Max', 'Noor',
                  'Ola', 'Pat', 'Quin', 'Rae', 'Sam', 'Tea', 'Uma', 'Vic', 'Wes', 'Xu', 'Yul', 'Zoë'])[1 + s.number %% 26]
        AS name
) AS f
CROSS JOIN LATERAL (
    SELECT (ARRAY['Smith', 'Jones', 'Álvarez', 'Baker', 'Chen', 'Díaz', 'Evans', 'Fischer', 'Garcia', 'Huang', 'Ito',
                  'Jensen', 'Kaya', 'Lopez', 'Meyer', 'Novak', 'O''Neil', 'Petrov', 'Quist', 'Rossi', 'Silva', 'Tran',
                  'Usman', 'Vega', 'Weber', 'Xiong', 'Young', 'Zhao', 'Okafor', 'Haddad', 'Larsen'])[1 + s.number %% 31]
        AS name
) AS l
-- As syncs write them: a plan's people lie together.
ORDER BY s.plan_id, s.participant_id
