-- Returns nothing; writes entries, each with the firm of its plan or connection unless one is given.
INSERT INTO activity (
    plan_id, id, verb, participant_id, connection_id, actor, happened_at, detail, firm_id, status
)
SELECT
    g.plan_id, g.id, g.verb, g.participant_id, g.connection_id, g.actor, g.happened_at, g.detail::jsonb,
    coalesce(g.firm_id, p.firm_id, c.firm_id), g.status
FROM unnest(
    %(plan_ids)s::bigint[], %(ids)s::uuid[], %(verbs)s::text[], %(participant_ids)s::text[],
    %(connection_ids)s::bigint[], %(actors)s::text[], %(moments)s::timestamptz[], %(details)s::text[],
    %(firm_ids)s::bigint[], %(statuses)s::text[]
) AS g (plan_id, id, verb, participant_id, connection_id, actor, happened_at, detail, firm_id, status)
LEFT JOIN plan AS p ON p.id = g.plan_id
LEFT JOIN connection AS c ON c.id = g.connection_id
