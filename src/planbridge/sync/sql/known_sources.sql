-- Returns the sources a plan's people may have, those of the latest document and those of the live version: plan_id,
-- source, kind (empty where only the live version has it).
SELECT plan_id, source, kind
FROM plan_source
WHERE plan_id = ANY (%(plan_ids)s)
UNION ALL
SELECT v.plan_id, u.source, ''
FROM plan_version AS v
JOIN plan AS p ON p.id = v.plan_id AND p.live_version = v.number
CROSS JOIN unnest(v.sources) AS u (source)
WHERE v.plan_id = ANY (%(plan_ids)s)
    AND NOT EXISTS (SELECT FROM plan_source AS s WHERE s.plan_id = v.plan_id AND s.source = u.source)
