-- Returns nothing; writes eight positions a person.
INSERT INTO holding (plan_id, participant_id, sources, funds, units)
SELECT
    plan_id, participant_id,
    ARRAY['PRE', 'PRE', 'PRE', 'MATCH', 'MATCH', 'MATCH', 'ROTH', 'ROTH'],
    ARRAY['F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F8'],
    ARRAY[1.5, 20.25, 3.125, 44.5, 5.75, 6.5, 7.25, 8.5]::numeric[]
FROM seed_person
ORDER BY plan_id, participant_id
