-- Returns the positions held by the people in stage_person: plan_id, participant_id, source, fund, units.
SELECT h.plan_id, h.participant_id, u.source, u.fund, u.units
FROM stage_person AS s
JOIN holding AS h ON h.plan_id = s.plan_id AND h.participant_id = s.participant_id
CROSS JOIN unnest(h.sources, h.funds, h.units) AS u (source, fund, units)
