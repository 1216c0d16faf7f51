-- Returns nothing: held runs that newer runs of their plans replaced are canceled; what they and the applied runs kept is
-- let go, and what is left of runs that failed as they were applied.
WITH replaced AS (
    UPDATE sync_run AS r
    SET status = 'canceled'
    FROM unnest(%(plan_ids)s::bigint[], %(run_ids)s::uuid[]) AS n (plan_id, id)
    WHERE r.plan_id = n.plan_id AND r.kind = 'participants' AND r.status = 'held' AND r.id <> n.id
    RETURNING r.plan_id, r.id
),
noted AS (
    INSERT INTO run_problem (plan_id, run_id, number, code, severity, message)
    SELECT
        plan_id,
        id,
        (SELECT coalesce(max(p.number), 0) + 1 FROM run_problem AS p WHERE p.plan_id = d.plan_id AND p.run_id = d.id),
        'RUN_SUPERSEDED',
        'warning',
        'A newer run replaced this one.'
    FROM replaced AS d
)
DELETE FROM held_feed AS h
WHERE h.run_id = ANY (%(applied_run_ids)s::uuid[])
    OR EXISTS (SELECT FROM replaced AS d WHERE d.plan_id = h.plan_id AND d.id = h.run_id)
    OR (
        h.plan_id = ANY (%(plan_ids)s::bigint[])
        AND EXISTS (
            SELECT
            FROM sync_run AS r
            WHERE r.plan_id = h.plan_id AND r.id = h.run_id AND r.status NOT IN ('held', 'queued', 'running')
        )
    )
