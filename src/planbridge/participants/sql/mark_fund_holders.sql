-- Returns nothing; writes since when the holders of plans' funds are counted (null: to be counted anew). Locks their marks first.
INSERT INTO fund_holders_mark AS m (plan_id, counted_at)
SELECT w.plan_id, %(counted_at)s::timestamptz
FROM unnest(%(plan_ids)s::bigint[]) AS w (plan_id)
ORDER BY w.plan_id
ON CONFLICT (plan_id) DO UPDATE
SET counted_at = excluded.counted_at
