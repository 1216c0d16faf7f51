-- Returns plan_id, participant_id and the items of loan held of people, in their order.
SELECT
    held.plan_id, held.participant_id, item.loan_id, item.type, item.origination_date, item.original_amount,
    item.balance, item.payment, item.frequency, item.rate, item.maturity_date, item.status
FROM unnest(%(plan_ids)s::bigint[], %(participant_ids)s::text[]) AS person (plan_id, participant_id)
INNER JOIN loan AS held USING (plan_id, participant_id)
CROSS JOIN LATERAL unnest(
    held.loan_ids, held.types, held.origination_dates, held.original_amounts, held.balances, held.payments,
    held.frequencies, held.rates, held.maturity_dates, held.statuses
) WITH ORDINALITY AS item (
    loan_id, type, origination_date, original_amount, balance, payment, frequency, rate, maturity_date, status, place
)
ORDER BY held.plan_id, held.participant_id, item.place
