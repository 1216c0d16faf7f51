-- Returns plan_id, participant_id and the spells of employment held of people, in their order.
SELECT held.plan_id, held.participant_id, item.hire_date, item.termination_date
FROM unnest(%(plan_ids)s::bigint[], %(participant_ids)s::text[]) AS person (plan_id, participant_id)
INNER JOIN participant AS held USING (plan_id, participant_id)
CROSS JOIN LATERAL unnest(held.hire_dates, held.termination_dates) WITH ORDINALITY AS item (hire_date, termination_date, place)
ORDER BY held.plan_id, held.participant_id, item.place
