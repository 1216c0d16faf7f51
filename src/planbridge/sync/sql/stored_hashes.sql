-- Returns the content hashes of the people in stage_person: plan_id, participant_id, hash halves, sync status.
SELECT p.plan_id, p.participant_id, p.content_hash_high, p.content_hash_low, p.sync_status
FROM stage_person AS s
JOIN participant AS p ON p.plan_id = s.plan_id AND p.participant_id = s.participant_id
