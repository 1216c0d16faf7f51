-- Returns nothing; writes plans with names in which the first words differ.
INSERT INTO plan (
    id, firm_id, connection_id, external_plan_id, name, plan_type, plan_number, year_end, recordkeeper_status,
    employer_name, ein, phone, revision, document_digest, etag, live_version, draft_version, deactivated_reason,
    judged_with, people_loss_percent_max, money_move_percent_max, is_default_path_closed, needs_second_approver, created_at, document
)
SELECT
    n, %(firm_id)s, (%(connection_ids)s::bigint[])[1 + n %% 3], (900000 + n)::text,
    w.first || ' ' || w.second || ' ' || n || ' 401(k) Plan', '401k', '001', '12-31', 'active',
    w.first || ' ' || w.second || ' LLC', '00' || lpad(n::text, 7, '0'), '+1-555-555-0100', '1', md5(n::text), '',
    CASE WHEN n %% 10 > 0 THEN 1 END, CASE WHEN n %% 20 = 1 THEN 2 END, '', '', 5, 10, false, false,
    now() - interval '1 year', %(document)s::jsonb || jsonb_build_object('plan_id', (900000 + n)::text)
FROM generate_series(1, %(plans)s) AS n
CROSS JOIN LATERAL (
    SELECT
        (ARRAY['Northwind', 'Alder', 'Birch', 'Cedar', 'Delta', 'Elm', 'Fern', 'Grove', 'Harbor', 'Iris', 'Juniper',
               'Kestrel', 'Lark', 'Maple', 'Oak', 'Pine', 'Quarry', 'River', 'Summit', 'Tulip'])[1 + n %% 20] AS first,
        (ARRAY['Bakery', 'Clinic', 'Dental', 'Electric', 'Foods', 'Glass', 'Homes', 'Industries', 'Labs', 'Motors',
               'Optics'])[1 + n %% 11] AS second
) AS w
