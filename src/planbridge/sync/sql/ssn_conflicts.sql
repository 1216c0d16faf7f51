-- Returns plan_id, participant_id, and whether the SSN differs from the held one, for staged people; and others' same SSNs.
SELECT s.plan_id, s.participant_id, 'SSN_CHANGED' AS code
FROM stage_participant AS s
JOIN participant AS p ON p.plan_id = s.plan_id AND p.participant_id = s.participant_id
WHERE p.ssn_index <> s.ssn_index
UNION ALL
SELECT s.plan_id, s.participant_id, 'SSN_DUPLICATE'
FROM stage_participant AS s
WHERE s.plan_id = ANY (%(partial_plan_ids)s)
    AND EXISTS (
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
    )
