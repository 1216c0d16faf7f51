-- Returns nothing; writes prices that are new or differ, the last one given of a plan, fund and day.
INSERT INTO fund_price AS held (plan_id, fund, price_date, price, run_id)
SELECT DISTINCT ON (given.plan_id, given.fund, given.price_date)
    given.plan_id, given.fund, given.price_date, given.price, given.run_id
FROM unnest(
    %(plan_ids)s::bigint[], %(funds)s::text[], %(price_dates)s::date[], %(prices)s::numeric[], %(run_ids)s::uuid[]
) WITH ORDINALITY AS given (plan_id, fund, price_date, price, run_id, place)
ORDER BY given.plan_id, given.fund, given.price_date, given.place DESC
ON CONFLICT (plan_id, fund, price_date) DO UPDATE
SET price = excluded.price, run_id = excluded.run_id
WHERE held.price <> excluded.price
