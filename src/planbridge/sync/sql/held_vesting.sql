-- Returns plan_id, participant_id and the items of vesting held of people, in their order.
SELECT held.plan_id, held.participant_id, item.source, item.percent
FROM unnest(%(plan_ids)s::bigint[], %(participant_ids)s::text[]) AS person (plan_id, participant_id)
INNER JOIN vesting AS held USING (plan_id, participant_id)
CROSS JOIN LATERAL unnest(held.sources, held.percents) WITH ORDINALITY AS item (source, percent, place)
ORDER BY held.plan_id, held.participant_id, item.place
