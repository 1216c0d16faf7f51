-- Returns plan_id, participant_id and the items of beneficiary held of people, in their order.
SELECT held.plan_id, held.participant_id, item.class, item.name, item.relationship, item.percent
FROM unnest(%(plan_ids)s::bigint[], %(participant_ids)s::text[]) AS person (plan_id, participant_id)
INNER JOIN beneficiary AS held USING (plan_id, participant_id)
CROSS JOIN LATERAL unnest(held.classes, held.names, held.relationships, held.percents) WITH ORDINALITY AS item (class, name, relationship, percent, place)
ORDER BY held.plan_id, held.participant_id, item.place
