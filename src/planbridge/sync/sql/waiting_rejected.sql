-- Returns the people of the plans who were rejected and whom no run has taken in since: plan_id, participant_id.
SELECT DISTINCT plan_id, participant_id
FROM quarantine
WHERE plan_id = ANY (%(plan_ids)s) AND resolved_by_run IS NULL
