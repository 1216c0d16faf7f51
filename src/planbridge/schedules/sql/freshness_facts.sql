-- Returns plan_id, target_hours, added_at, synced_at, last_status, last_ended_at, last_code, is_underway, next_run_at of
-- the plans asked for: what their freshness is judged by. A plan's runs are read from its newest one back, by the key
-- (ids are ordered by time); syncs of picked participants and dry runs make no plan fresh.
WITH next_task AS (
    SELECT s.firm_id, s.connection_id, min(s.next_run_at) AS next_run_at
    FROM schedule AS s
    WHERE s.is_on AND s.is_for_all_plans AND s.task_type = 'participants'
    GROUP BY s.firm_id, s.connection_id
),
next_of_plan AS (
    SELECT n.plan_id, min(n.next_run_at) AS next_run_at
    FROM (
        SELECT c.plan_id, s.next_run_at
        FROM schedule_plan AS c
        JOIN schedule AS s ON s.id = c.schedule_id
        WHERE s.is_on AND NOT s.is_for_all_plans AND s.task_type = 'participants'
        UNION ALL
        SELECT e.plan_id::bigint, t.starts_at
        FROM schedule_part AS t
        JOIN schedule AS s ON s.id = t.schedule_id AND s.task_type = 'participants'
        CROSS JOIN LATERAL jsonb_array_elements_text(t.plan_ids) AS e (plan_id)
    ) AS n
    GROUP BY n.plan_id
)
SELECT
    p.id,
    coalesce(p.freshness_hours, f.freshness_hours),
    p.created_at,
    taken_in.finished_at,
    ended.status,
    ended.finished_at,
    problem.code,
    underway.is_there IS NOT NULL,
    least(
        next_of_plan.next_run_at,
        (
            SELECT min(n.next_run_at)
            FROM next_task AS n
            WHERE n.firm_id = p.firm_id AND coalesce(n.connection_id, p.connection_id) = p.connection_id
        )
    )
FROM plan AS p
JOIN firm AS f ON f.id = p.firm_id
LEFT JOIN next_of_plan ON next_of_plan.plan_id = p.id
LEFT JOIN LATERAL (
    SELECT r.finished_at
    FROM sync_run AS r
    WHERE r.plan_id = p.id
        AND r.kind = 'participants'
        AND r.status IN ('successful', 'successful_with_warnings', 'partly_successful')
        AND NOT r.is_dry_run
        AND r.participants = '{}'
    ORDER BY r.id DESC
    LIMIT 1
) AS taken_in ON true
LEFT JOIN LATERAL (
    SELECT r.id, r.status, r.finished_at
    FROM sync_run AS r
    WHERE r.plan_id = p.id
        AND r.kind = 'participants'
        AND r.finished_at IS NOT NULL
        AND NOT r.is_dry_run
        AND r.participants = '{}'
    ORDER BY r.id DESC
    LIMIT 1
) AS ended ON true
LEFT JOIN LATERAL (
    SELECT b.code
    FROM run_problem AS b
    WHERE b.plan_id = p.id AND b.run_id = ended.id AND b.severity = 'error' AND ended.status IN ('error', 'held')
    ORDER BY b.number
    LIMIT 1
) AS problem ON true
LEFT JOIN LATERAL (
    SELECT true AS is_there
    FROM sync_run AS r
    WHERE r.plan_id = p.id
        AND r.kind = 'participants'
        AND r.status IN ('queued', 'running')
        AND NOT r.is_dry_run
        AND r.participants = '{}'
    LIMIT 1
) AS underway ON true
WHERE p.id = ANY(%(plan_ids)s) AND p.deactivated_at IS NULL
