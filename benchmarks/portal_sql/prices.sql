-- Returns nothing; writes five days of prices of eight funds a plan.
INSERT INTO fund_price (plan_id, fund, price_date, price, run_id)
SELECT p.id, 'F' || f, current_date - d, 10 + f + d * 0.0125, gen_random_uuid()
FROM plan AS p
CROSS JOIN generate_series(1, 8) AS f
CROSS JOIN generate_series(1, 5) AS d
