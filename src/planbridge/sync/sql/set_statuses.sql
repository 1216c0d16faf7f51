-- Returns nothing: the sync status of the people in stage_person, where it differs.
UPDATE participant AS p
SET sync_status = s.sync_status
FROM stage_person AS s
WHERE p.plan_id = s.plan_id AND p.participant_id = s.participant_id AND p.sync_status <> s.sync_status
