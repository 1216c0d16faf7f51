-- Returns nothing: takes away beneficiaries of changed people who have none any more.
DELETE FROM beneficiary AS t
USING stage_touched AS s
WHERE s.section = 'beneficiaries' AND t.plan_id = s.plan_id AND t.participant_id = s.participant_id
    AND NOT EXISTS (
        SELECT FROM stage_beneficiary AS g WHERE g.plan_id = s.plan_id AND g.participant_id = s.participant_id
    )
