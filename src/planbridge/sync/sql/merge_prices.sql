-- Returns nothing: prices of funds by day, written where they are new or differ.
INSERT INTO fund_price AS t (plan_id, fund, price_date, price, run_id)
SELECT s.plan_id, s.fund, s.price_date, s.price, s.run_id
FROM stage_price AS s
ON CONFLICT (plan_id, fund, price_date) DO UPDATE
    SET price = excluded.price, run_id = excluded.run_id
    WHERE t.price <> excluded.price
