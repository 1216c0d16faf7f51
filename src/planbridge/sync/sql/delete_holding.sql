-- Returns nothing: takes away balances of changed people who have none any more.
DELETE FROM holding AS t
USING stage_touched AS s
WHERE s.section = 'balances' AND t.plan_id = s.plan_id AND t.participant_id = s.participant_id
    AND NOT EXISTS (
        SELECT FROM stage_holding AS g WHERE g.plan_id = s.plan_id AND g.participant_id = s.participant_id
    )
