-- Returns the positions held by the people in stage_person: plan_id, participant_id, sources, funds, units. The arrays
-- come as texts with unit separators, which cost a third of a row a position.
SELECT
    h.plan_id,
    h.participant_id,
    array_to_string(h.sources, E'\x1f'),
    array_to_string(h.funds, E'\x1f'),
    array_to_string(h.units, E'\x1f')
FROM stage_person AS s
JOIN holding AS h ON h.plan_id = s.plan_id AND h.participant_id = s.participant_id
