-- Returns nothing: a history row for each person in stage_person who left the recordkeeper or came back.
INSERT INTO participant_change (plan_id, participant_id, run_id, section, changed_at, changes)
SELECT
    s.plan_id,
    s.participant_id,
    r.run_id,
    'presence',
    now(),
    jsonb_build_object('at_recordkeeper', jsonb_build_array(
        p.sync_status <> 'not_at_recordkeeper', s.sync_status <> 'not_at_recordkeeper'
    ))
FROM stage_person AS s
JOIN participant AS p ON p.plan_id = s.plan_id AND p.participant_id = s.participant_id
JOIN unnest(%(plan_ids)s::bigint[], %(run_ids)s::uuid[]) AS r (plan_id, run_id) ON r.plan_id = s.plan_id
WHERE (p.sync_status = 'not_at_recordkeeper') <> (s.sync_status = 'not_at_recordkeeper')
