-- Returns plan_id, run id, is_new for each plan: the run now waiting, new or there before (then widened as asked).
INSERT INTO sync_run AS r (
    plan_id, id, connection_id, kind, status, attempt, batch_id, is_full, is_dry_run, participants, requested_by,
    requested_at, stages, read, applied, unchanged, rejected, held, vanished, prices, draft, warnings, delivered_as,
    requests, cancel_requested_by, guard_waived_by
)
SELECT
    w.plan_id, w.id, w.connection_id, %(kind)s, 'queued', 0, %(batch_id)s, %(is_full)s, %(is_dry_run)s,
    %(participants)s::text[], %(requested_by)s, %(requested_at)s, '[]', 0, 0, 0, 0, 0, 0, 0, false, 0, '', '[]', '', ''
FROM unnest(%(plan_ids)s::bigint[], %(run_ids)s::uuid[], %(connection_ids)s::bigint[])
    AS w (plan_id, id, connection_id)
ON CONFLICT (plan_id, kind) WHERE status = 'queued' DO UPDATE
    SET
        is_full = r.is_full OR excluded.is_full,
        is_dry_run = r.is_dry_run AND excluded.is_dry_run,
        participants = CASE
            WHEN r.guard_waived_by <> '' THEN r.participants  -- what is kept of these is applied, whatever is asked
            WHEN r.participants = '{}' OR excluded.participants = '{}' THEN '{}'
            ELSE ARRAY(SELECT DISTINCT unnest(r.participants || excluded.participants))
        END,
        -- A run that is to read more than the rejected people it waited for reads them with the others.
        retries_run_id = NULL
RETURNING r.plan_id, r.id, r.batch_id = %(batch_id)s
