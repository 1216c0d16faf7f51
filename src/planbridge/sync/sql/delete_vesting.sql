-- Returns nothing: takes away vesting of changed people who have none any more.
DELETE FROM vesting AS t
USING stage_touched AS s
WHERE s.section = 'vesting' AND t.plan_id = s.plan_id AND t.participant_id = s.participant_id
    AND NOT EXISTS (
        SELECT FROM stage_vesting AS g WHERE g.plan_id = s.plan_id AND g.participant_id = s.participant_id
    )
