-- Returns nothing: what these runs found of people when they were held is forgotten, since they find it again as they are applied.
WITH runs AS (
    SELECT plan_id, id
    FROM unnest(%(plan_ids)s::bigint[], %(run_ids)s::uuid[]) AS r (plan_id, id)
),
forgotten AS (
    DELETE FROM quarantine AS q
    USING runs AS r
    WHERE q.plan_id = r.plan_id AND q.run_id = r.id
)
DELETE FROM run_problem AS p
USING runs AS r
WHERE p.plan_id = r.plan_id AND p.run_id = r.id AND (p.participant_id IS NOT NULL OR p.severity = 'warning')
