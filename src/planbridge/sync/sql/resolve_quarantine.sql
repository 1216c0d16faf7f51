-- Returns nothing: closes the open quarantine of people whom these runs took in (of complete plans: everybody's).
UPDATE quarantine AS q
SET resolved_by_run = r.run_id
FROM unnest(%(plan_ids)s::bigint[], %(run_ids)s::uuid[], %(is_complete)s::boolean[]) AS r (plan_id, run_id, is_complete)
WHERE q.plan_id = r.plan_id
    AND q.resolved_by_run IS NULL
    AND q.run_id <> r.run_id
    AND NOT EXISTS (
        SELECT
        FROM quarantine AS n
        WHERE n.plan_id = q.plan_id AND n.run_id = r.run_id AND n.participant_id = q.participant_id
    )
    AND (
        r.is_complete
        OR EXISTS (
            SELECT
            FROM unnest(%(taken_plans)s::bigint[], %(taken_people)s::text[]) AS t (plan_id, participant_id)
            WHERE t.plan_id = q.plan_id AND t.participant_id = q.participant_id
        )
    )
