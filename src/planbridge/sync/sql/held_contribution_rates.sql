-- Returns plan_id, participant_id and the items of contribution_rate held of people, in their order.
SELECT held.plan_id, held.participant_id, item.source, item.percent, item.amount
FROM unnest(%(plan_ids)s::bigint[], %(participant_ids)s::text[]) AS person (plan_id, participant_id)
INNER JOIN contribution_rate AS held USING (plan_id, participant_id)
CROSS JOIN LATERAL unnest(held.sources, held.percents, held.amounts) WITH ORDINALITY AS item (source, percent, amount, place)
ORDER BY held.plan_id, held.participant_id, item.place
