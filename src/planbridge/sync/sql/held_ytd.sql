-- Returns plan_id, participant_id and the items of year_to_date held of people, in their order.
SELECT held.plan_id, held.participant_id, item.source, item.amount
FROM unnest(%(plan_ids)s::bigint[], %(participant_ids)s::text[]) AS person (plan_id, participant_id)
INNER JOIN year_to_date AS held USING (plan_id, participant_id)
CROSS JOIN LATERAL unnest(held.sources, held.amounts) WITH ORDINALITY AS item (source, amount, place)
ORDER BY held.plan_id, held.participant_id, item.place
