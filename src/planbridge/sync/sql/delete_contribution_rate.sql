-- Returns nothing: takes away contribution_rates of changed people who have none any more.
DELETE FROM contribution_rate AS t
USING stage_touched AS s
WHERE s.section = 'contribution_rates' AND t.plan_id = s.plan_id AND t.participant_id = s.participant_id
    AND NOT EXISTS (
        SELECT FROM stage_contribution_rate AS g WHERE g.plan_id = s.plan_id AND g.participant_id = s.participant_id
    )
