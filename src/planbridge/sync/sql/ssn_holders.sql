-- Returns plan_id, participant_id, holder, ssn_index (as \x text): of people in stage_ssn the others of their plan who
-- have their SSN as held and are not staged; nothing of people whose SSN somebody staged has.
SELECT s.plan_id, s.participant_id, p.participant_id, '\x' || encode(s.ssn_index, 'hex')
FROM stage_ssn AS s
JOIN participant AS p
    ON p.plan_id = s.plan_id AND p.ssn_index = s.ssn_index AND p.participant_id <> s.participant_id
    AND p.sync_status <> 'not_at_recordkeeper'
WHERE s.plan_id = ANY (%(plan_ids)s)
    AND NOT EXISTS (
        SELECT
        FROM stage_participant AS g
        WHERE g.plan_id = s.plan_id
            AND g.participant_id <> s.participant_id
            AND (g.ssn_index = s.ssn_index OR g.participant_id = p.participant_id)
    )
    AND NOT EXISTS (
        SELECT
        FROM stage_ssn AS o
        WHERE o.plan_id = p.plan_id AND o.participant_id = p.participant_id
    )
