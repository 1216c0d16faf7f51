-- Returns nothing: takes away allocations of changed people who have none any more.
DELETE FROM allocation AS t
USING stage_touched AS s
WHERE s.section = 'allocations' AND t.plan_id = s.plan_id AND t.participant_id = s.participant_id
    AND NOT EXISTS (
        SELECT FROM stage_allocation AS g WHERE g.plan_id = s.plan_id AND g.participant_id = s.participant_id
    )
