-- Returns plan_id, participant_id and dollars of those of the people who hold anything, at the newest prices.
SELECT p.plan_id, p.participant_id, sum(p.market_value)
FROM unnest(%(plan_ids)s::bigint[], %(participant_ids)s::text[]) AS w (plan_id, participant_id)
JOIN position AS p ON p.plan_id = w.plan_id AND p.participant_id = w.participant_id
GROUP BY p.plan_id, p.participant_id
