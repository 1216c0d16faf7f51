-- Returns what runs changed, person by person: plan_id, participant_id, changes (at most 1,000 people a plan).
SELECT plan_id, participant_id, changes
FROM (
    SELECT c.*, row_number() OVER (PARTITION BY plan_id ORDER BY participant_id) AS place
    FROM participant_change AS c
    WHERE (plan_id, run_id) IN (SELECT * FROM unnest(%(plan_ids)s::bigint[], %(run_ids)s::uuid[]))
) AS numbered
WHERE place <= 1000
