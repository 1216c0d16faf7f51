-- Returns nothing; writes the versions to which plans point.
INSERT INTO plan_version (
    plan_id, number, base_number, content_hash, sources, paths, mappings, recordkeeper_lineup, edits, made_by, made_at,
    activated_at, activated_by
)
SELECT
    p.id, v.number, NULL, md5(p.id::text), '{}', %(paths)s, '{}', %(lineup)s, '{}', 'recordkeeper', p.created_at,
    CASE WHEN v.number = p.live_version THEN p.created_at END, ''
FROM plan AS p
CROSS JOIN LATERAL (VALUES (p.live_version), (p.draft_version)) AS v (number)
WHERE v.number IS NOT NULL
