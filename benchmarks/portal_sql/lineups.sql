-- Returns nothing; writes the lineup of each version, of the draft with one fund less.
INSERT INTO version_fund (
    plan_id, number, fund, position, name, ticker, cusip, asset_class, expense_percent, status, mapped_to
)
SELECT
    v.plan_id, v.number, 'F' || f, f, 'Example Fund ' || f || ' Class R6', '', '', 'us_equity', 0.12, 'open', ''
FROM plan_version AS v
CROSS JOIN generate_series(1, 20) AS f
WHERE v.number = 1 OR f < 20
