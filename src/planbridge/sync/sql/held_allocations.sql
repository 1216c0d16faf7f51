-- Returns plan_id, participant_id and the items of allocation held of people, in their order.
SELECT held.plan_id, held.participant_id, item.source, item.fund, item.percent
FROM unnest(%(plan_ids)s::bigint[], %(participant_ids)s::text[]) AS person (plan_id, participant_id)
INNER JOIN allocation AS held USING (plan_id, participant_id)
CROSS JOIN LATERAL unnest(held.sources, held.funds, held.percents) WITH ORDINALITY AS item (source, fund, percent, place)
ORDER BY held.plan_id, held.participant_id, item.place
