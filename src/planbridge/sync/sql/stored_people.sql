-- Returns everybody held of the plans: plan_id, participant_id, hash halves, sync status.
SELECT plan_id, participant_id, content_hash_high, content_hash_low, sync_status
FROM participant
WHERE plan_id = ANY (%(plan_ids)s)
