-- Returns one row of what stands around a run: the newest run of its plan and kind, how many others its batch has, how
-- many people it rejected whom no later run took in or rejected again, the run that tries them again now, whether what
-- it held is kept.
SELECT
    (
        SELECT n.id
        FROM sync_run AS n
        WHERE n.plan_id = r.plan_id AND n.kind = r.kind
        ORDER BY n.id DESC
        LIMIT 1
    ),
    (SELECT count(*) - 1 FROM sync_run AS b WHERE b.batch_id = r.batch_id),
    (
        SELECT count(*)
        FROM quarantine AS q
        WHERE q.plan_id = r.plan_id AND q.run_id = r.id AND q.resolved_by_run IS NULL
            AND NOT EXISTS (
                SELECT
                FROM quarantine AS n
                WHERE n.plan_id = q.plan_id AND n.participant_id = q.participant_id AND n.run_id > q.run_id
                    AND n.resolved_by_run IS NULL
            )
    ),
    (
        SELECT t.id
        FROM sync_run AS t
        WHERE t.plan_id = r.plan_id AND t.retries_run_id = r.id AND t.status IN ('queued', 'running')
        LIMIT 1
    ),
    EXISTS (SELECT FROM held_feed AS h WHERE h.plan_id = r.plan_id AND h.run_id = r.id)
FROM sync_run AS r
WHERE r.plan_id = %(plan_id)s AND r.id = %(run_id)s
