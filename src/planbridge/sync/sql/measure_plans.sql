-- Returns nothing; writes people and assets of plans as the tables have them: those at the recordkeeper, at the newest prices.
WITH held AS MATERIALIZED (
    SELECT h.plan_id, u.fund, u.units
    FROM holding AS h
    JOIN participant AS p ON p.plan_id = h.plan_id AND p.participant_id = h.participant_id
    CROSS JOIN unnest(h.funds, h.units) AS u (fund, units)
    WHERE h.plan_id = ANY(%(plan_ids)s::bigint[]) AND p.sync_status <> 'not_at_recordkeeper'
),
priced AS (
    SELECT f.plan_id, f.fund, n.price
    FROM (SELECT DISTINCT plan_id, fund FROM held) AS f
    CROSS JOIN LATERAL (
        SELECT price
        FROM fund_price
        WHERE plan_id = f.plan_id AND fund = f.fund
        ORDER BY price_date DESC
        LIMIT 1
    ) AS n
),
assets AS (
    SELECT h.plan_id, sum(round(h.units * p.price, 2)) AS market_value_usd
    FROM held AS h
    JOIN priced AS p ON p.plan_id = h.plan_id AND p.fund = h.fund
    GROUP BY h.plan_id
),
people AS (
    SELECT plan_id, count(*) AS people_count
    FROM participant
    WHERE plan_id = ANY(%(plan_ids)s::bigint[]) AND sync_status <> 'not_at_recordkeeper'
    GROUP BY plan_id
)
INSERT INTO plan_figures AS f (plan_id, people_count, market_value_usd)
SELECT w.plan_id, coalesce(p.people_count, 0), coalesce(a.market_value_usd, 0)
FROM unnest(%(plan_ids)s::bigint[]) AS w (plan_id)
LEFT JOIN people AS p ON p.plan_id = w.plan_id
LEFT JOIN assets AS a ON a.plan_id = w.plan_id
ORDER BY w.plan_id
ON CONFLICT (plan_id) DO UPDATE
SET people_count = excluded.people_count, market_value_usd = excluded.market_value_usd
