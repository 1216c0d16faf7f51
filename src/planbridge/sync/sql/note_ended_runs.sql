-- Returns plan_id of those whose people and assets are still to be measured; writes which runs of the plans ended last,
-- and people and assets where the run has counted them: where everybody at the recordkeeper was read and nobody rejected.
WITH ended AS (
    SELECT
        r.plan_id, r.id, r.kind, r.finished_at, w.people_count, w.market_value_usd,
        c.is_counted,
        NOT c.is_counted AND r.status IN ('successful', 'successful_with_warnings', 'partly_successful')
            AND r.applied + r.vanished + r.prices > 0 AS is_to_be_measured,
        r.kind = 'participants' AND r.participants = '{}'
            AND r.status IN ('successful', 'successful_with_warnings', 'partly_successful') AS has_taken_in
    FROM unnest(%(plan_ids)s::bigint[], %(run_ids)s::uuid[], %(people_counts)s::int[], %(market_values_usd)s::numeric[])
        AS w (plan_id, run_id, people_count, market_value_usd)
    JOIN sync_run AS r ON r.plan_id = w.plan_id AND r.id = w.run_id
    CROSS JOIN LATERAL (
        SELECT r.kind = 'participants' AND r.status IN ('successful', 'successful_with_warnings')
            AND r.participants = '{}' AND w.people_count IS NOT NULL AS is_counted
    ) AS c
    WHERE r.finished_at IS NOT NULL AND NOT r.is_dry_run
),
written AS (
    INSERT INTO plan_figures AS f (
        plan_id, people_count, market_value_usd,
        plan_run_id, plan_run_ended_at, participants_run_id, participants_run_ended_at, people_synced_at
    )
    SELECT
        plan_id,
        CASE WHEN is_counted THEN people_count ELSE 0 END,
        CASE WHEN is_counted THEN market_value_usd ELSE 0 END,
        CASE WHEN kind = 'plan' THEN id END,
        CASE WHEN kind = 'plan' THEN finished_at END,
        CASE WHEN kind = 'participants' THEN id END,
        CASE WHEN kind = 'participants' THEN finished_at END,
        CASE WHEN has_taken_in THEN finished_at END
    FROM ended
    ORDER BY plan_id
    ON CONFLICT (plan_id) DO UPDATE
    SET
        people_count = CASE WHEN excluded.participants_run_id = ANY(
            SELECT id FROM ended WHERE is_counted
        ) THEN excluded.people_count ELSE f.people_count END,
        market_value_usd = CASE WHEN excluded.participants_run_id = ANY(
            SELECT id FROM ended WHERE is_counted
        ) THEN excluded.market_value_usd ELSE f.market_value_usd END,
        plan_run_id = coalesce(excluded.plan_run_id, f.plan_run_id),
        plan_run_ended_at = coalesce(excluded.plan_run_ended_at, f.plan_run_ended_at),
        participants_run_id = coalesce(excluded.participants_run_id, f.participants_run_id),
        participants_run_ended_at = coalesce(excluded.participants_run_ended_at, f.participants_run_ended_at),
        people_synced_at = coalesce(excluded.people_synced_at, f.people_synced_at)
)
SELECT plan_id FROM ended WHERE is_to_be_measured
