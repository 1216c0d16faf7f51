-- Returns nothing; spreads eight positions a person over forty funds, gives each an allocation, and leaves one plan few people.
DELETE FROM participant AS p
WHERE p.plan_id = %(small_plan)s AND p.participant_id NOT IN (
    SELECT participant_id FROM participant WHERE plan_id = %(small_plan)s ORDER BY participant_id LIMIT %(people)s
);

DELETE FROM holding AS h
WHERE NOT EXISTS (SELECT FROM participant AS p WHERE p.plan_id = h.plan_id AND p.participant_id = h.participant_id);

UPDATE holding
SET funds = (
    SELECT array_agg('F' || 1 + (right(participant_id, 7)::int / 2 + 5 * k) %% 40 ORDER BY k)
    FROM generate_series(0, 7) AS k
);

INSERT INTO allocation (plan_id, participant_id, sources, funds, percents)
SELECT plan_id, participant_id, ARRAY['PRE', 'PRE', 'MATCH'], ARRAY[funds[1], funds[2], funds[1]], ARRAY[60, 40, 100]::numeric[]
FROM holding
