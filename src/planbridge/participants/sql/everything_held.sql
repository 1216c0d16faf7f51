-- Returns participant_id and the arrays of the seven tables of items for people of a plan, in the order of ITEMS; nulls where a table has no row.
SELECT
    p.participant_id,
    r.sources, r.percents, r.amounts,
    a.sources, a.funds, a.percents,
    h.sources, h.funds, h.units,
    v.sources, v.percents,
    l.loan_ids, l.types, l.origination_dates, l.original_amounts, l.balances, l.payments, l.frequencies, l.rates,
    l.maturity_dates, l.statuses,
    b.classes, b.names, b.relationships, b.percents,
    y.sources, y.amounts
FROM unnest(%(participant_ids)s::text[]) AS p (participant_id)
LEFT JOIN contribution_rate AS r ON r.plan_id = %(plan_id)s AND r.participant_id = p.participant_id
LEFT JOIN allocation AS a ON a.plan_id = %(plan_id)s AND a.participant_id = p.participant_id
LEFT JOIN holding AS h ON h.plan_id = %(plan_id)s AND h.participant_id = p.participant_id
LEFT JOIN vesting AS v ON v.plan_id = %(plan_id)s AND v.participant_id = p.participant_id
LEFT JOIN loan AS l ON l.plan_id = %(plan_id)s AND l.participant_id = p.participant_id
LEFT JOIN beneficiary AS b ON b.plan_id = %(plan_id)s AND b.participant_id = p.participant_id
LEFT JOIN year_to_date AS y ON y.plan_id = %(plan_id)s AND y.participant_id = p.participant_id
