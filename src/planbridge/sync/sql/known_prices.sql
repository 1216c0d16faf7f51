-- Returns the newest known price of each fund: plan_id, fund, price. One look a fund: days of prices pile up.
SELECT f.plan_id, f.fund, n.price
FROM (
    SELECT plan_id, fund FROM plan_fund WHERE plan_id = ANY (%(plan_ids)s)
    UNION
    SELECT plan_id, fund FROM version_fund WHERE plan_id = ANY (%(plan_ids)s)
) AS f
CROSS JOIN LATERAL (
    SELECT p.price
    FROM fund_price AS p
    WHERE p.plan_id = f.plan_id AND p.fund = f.fund
    ORDER BY p.price_date DESC
    LIMIT 1
) AS n
