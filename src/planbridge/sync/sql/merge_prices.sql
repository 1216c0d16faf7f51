-- Returns nothing: prices of funds by day, written where they are new or differ.
INSERT INTO fund_price AS t (plan_id, fund, price_date, price, run_id)
SELECT s.plan_id, s.fund, s.price_date, s.price, r.run_id
FROM unnest(%(plan_id)s::bigint[], %(fund)s::text[], %(price_date)s::date[], %(price)s::numeric[])
    AS s (plan_id, fund, price_date, price)
JOIN unnest(%(plan_ids)s::bigint[], %(run_ids)s::uuid[]) AS r (plan_id, run_id) ON r.plan_id = s.plan_id
ON CONFLICT (plan_id, fund, price_date) DO UPDATE
    SET price = excluded.price, run_id = excluded.run_id
    WHERE t.price <> excluded.price
