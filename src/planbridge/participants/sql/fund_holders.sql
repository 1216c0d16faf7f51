-- Returns fund, people_count, units and dollars at the newest price (null without one) of a plan's funds that anybody holds.
SELECT f.fund, f.people_count, f.units, round(f.units * n.price, 2)
FROM fund_holders AS f
LEFT JOIN LATERAL (
    SELECT price
    FROM fund_price
    WHERE plan_id = f.plan_id AND fund = f.fund
    ORDER BY price_date DESC
    LIMIT 1
) AS n ON true
WHERE f.plan_id = %(plan_id)s AND f.people_count > 0
ORDER BY f.fund
