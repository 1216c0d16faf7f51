-- Returns the newest known price of each fund: plan_id, fund, price.
SELECT DISTINCT ON (plan_id, fund) plan_id, fund, price
FROM fund_price
WHERE plan_id = ANY (%(plan_ids)s)
ORDER BY plan_id, fund, price_date DESC
