-- Returns nothing: one history row for each touched person whose loans differ, with the old and new value of each field.
-- Texts are put together because only what differs is then turned into JSON: an object of all fields costs five times.
INSERT INTO participant_change (plan_id, participant_id, run_id, section, changed_at, changes)
SELECT c.plan_id, c.participant_id, c.run_id, 'loans', now(), ('{' || ltrim(c.changes, ',') || '}')::jsonb
FROM (
    SELECT
        s.plan_id,
        s.participant_id,
        s.run_id,
        concat(
            CASE WHEN t.loan_ids IS DISTINCT FROM g.loan_ids
                THEN ',"loans.loan_ids":' || json_build_array(t.loan_ids, g.loan_ids) END,
            CASE WHEN t.types IS DISTINCT FROM g.types
                THEN ',"loans.types":' || json_build_array(t.types, g.types) END,
            CASE WHEN t.origination_dates IS DISTINCT FROM g.origination_dates
                THEN ',"loans.origination_dates":' || json_build_array(t.origination_dates, g.origination_dates) END,
            CASE WHEN t.original_amounts IS DISTINCT FROM g.original_amounts
                THEN ',"loans.original_amounts":' || json_build_array(t.original_amounts, g.original_amounts) END,
            CASE WHEN t.balances IS DISTINCT FROM g.balances
                THEN ',"loans.balances":' || json_build_array(t.balances, g.balances) END,
            CASE WHEN t.payments IS DISTINCT FROM g.payments
                THEN ',"loans.payments":' || json_build_array(t.payments, g.payments) END,
            CASE WHEN t.frequencies IS DISTINCT FROM g.frequencies
                THEN ',"loans.frequencies":' || json_build_array(t.frequencies, g.frequencies) END,
            CASE WHEN t.rates IS DISTINCT FROM g.rates
                THEN ',"loans.rates":' || json_build_array(t.rates, g.rates) END,
            CASE WHEN t.maturity_dates IS DISTINCT FROM g.maturity_dates
                THEN ',"loans.maturity_dates":' || json_build_array(t.maturity_dates, g.maturity_dates) END,
            CASE WHEN t.statuses IS DISTINCT FROM g.statuses
                THEN ',"loans.statuses":' || json_build_array(t.statuses, g.statuses) END
        ) AS changes
    FROM stage_touched AS s
    LEFT JOIN loan AS t ON t.plan_id = s.plan_id AND t.participant_id = s.participant_id
    LEFT JOIN stage_loan AS g ON g.plan_id = s.plan_id AND g.participant_id = s.participant_id
    WHERE s.section = 'loans'
    OFFSET 0 -- keeps the texts from being put together twice
) AS c
WHERE c.changes <> ''
