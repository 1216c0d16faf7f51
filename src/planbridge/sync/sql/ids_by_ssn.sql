-- Returns plan_id, participant_id, ssn_index (as \x text) of people at the recordkeeper whose SSN nobody shares in their plan.
SELECT p.plan_id, min(p.participant_id), '\x' || encode(p.ssn_index, 'hex')
FROM participant AS p
WHERE p.plan_id = ANY(%(plan_ids)s)
    AND p.ssn_index = ANY(%(indexes)s::bytea[])
    AND p.sync_status <> 'not_at_recordkeeper'
GROUP BY p.plan_id, p.ssn_index
HAVING count(*) = 1
