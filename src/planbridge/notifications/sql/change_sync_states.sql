-- Returns the runs that changed whether syncs of their plan fail. A failure is taken over where somebody is told, a recovery always:
-- a failure that began while alerts were off is told once they are on, and a recovery meanwhile is never told late.
INSERT INTO plan_sync_alert AS a (plan_id, kind, is_failing, since, run_id)
SELECT e.plan_id, e.kind, e.is_failing, %(now)s, e.run_id
FROM unnest(%(plan_ids)s::bigint[], %(kinds)s::text[], %(run_ids)s::uuid[], %(is_failing)s::boolean[])
    AS e (plan_id, kind, run_id, is_failing)
WHERE (
    e.is_failing AND EXISTS (
        SELECT FROM plan_notification AS n
        WHERE n.plan_id = e.plan_id AND n.event IN ('sync_failed', 'sync_recovered') AND n.is_on
    )
) OR (
    NOT e.is_failing AND EXISTS (
        SELECT FROM plan_sync_alert AS b WHERE b.plan_id = e.plan_id AND b.kind = e.kind
    )
)
ON CONFLICT (plan_id, kind) DO UPDATE
SET is_failing = excluded.is_failing, since = excluded.since, run_id = excluded.run_id
WHERE a.is_failing <> excluded.is_failing
RETURNING run_id
