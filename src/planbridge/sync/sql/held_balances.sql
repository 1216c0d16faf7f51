-- Returns plan_id, participant_id and the items of holding held of people, in their order.
SELECT held.plan_id, held.participant_id, item.source, item.fund, item.units
FROM unnest(%(plan_ids)s::bigint[], %(participant_ids)s::text[]) AS person (plan_id, participant_id)
INNER JOIN holding AS held USING (plan_id, participant_id)
CROSS JOIN LATERAL unnest(held.sources, held.funds, held.units) WITH ORDINALITY AS item (source, fund, units, place)
ORDER BY held.plan_id, held.participant_id, item.place
