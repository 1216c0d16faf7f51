-- Returns plan_id, participant_id, code of people in stage_ssn: SSN_CHANGED where the held SSN is another; SSN_DUPLICATE
-- (of plans whose people are not all in the part at hand) where somebody else at the recordkeeper has the same.
SELECT s.plan_id, s.participant_id, 'SSN_CHANGED' AS code
FROM stage_ssn AS s
JOIN participant AS p ON p.plan_id = s.plan_id AND p.participant_id = s.participant_id
WHERE p.ssn_index <> s.ssn_index
UNION ALL
SELECT s.plan_id, s.participant_id, 'SSN_DUPLICATE'
FROM stage_ssn AS s
WHERE s.plan_id = ANY (%(open_plan_ids)s)
    AND (
        EXISTS (
            SELECT
            FROM participant AS p
            WHERE p.ssn_index = s.ssn_index
                AND p.plan_id = s.plan_id
                AND p.participant_id <> s.participant_id
                AND p.sync_status <> 'not_at_recordkeeper'
                AND NOT EXISTS (
                    SELECT
                    FROM stage_participant AS g
                    WHERE g.plan_id = p.plan_id AND g.participant_id = p.participant_id
                )
                AND NOT EXISTS (
                    SELECT
                    FROM stage_ssn AS o
                    WHERE o.plan_id = p.plan_id AND o.participant_id = p.participant_id
                )
        )
        OR EXISTS (
            SELECT
            FROM stage_participant AS g
            WHERE g.plan_id = s.plan_id AND g.participant_id <> s.participant_id AND g.ssn_index = s.ssn_index
        )
    )
