-- Returns nothing: loans of new and changed people, written only where they differ.
MERGE INTO loan AS t
USING stage_loan AS s
ON t.plan_id = s.plan_id AND t.participant_id = s.participant_id
WHEN MATCHED AND (t.loan_ids, t.types, t.origination_dates, t.original_amounts, t.balances, t.payments, t.frequencies, t.rates, t.maturity_dates, t.statuses) IS DISTINCT FROM (s.loan_ids, s.types, s.origination_dates, s.original_amounts, s.balances, s.payments, s.frequencies, s.rates, s.maturity_dates, s.statuses)
    THEN UPDATE SET loan_ids = s.loan_ids, types = s.types, origination_dates = s.origination_dates, original_amounts = s.original_amounts, balances = s.balances, payments = s.payments, frequencies = s.frequencies, rates = s.rates, maturity_dates = s.maturity_dates, statuses = s.statuses
WHEN NOT MATCHED THEN INSERT (plan_id, participant_id, loan_ids, types, origination_dates, original_amounts, balances, payments, frequencies, rates, maturity_dates, statuses)
    VALUES (s.plan_id, s.participant_id, s.loan_ids, s.types, s.origination_dates, s.original_amounts, s.balances, s.payments, s.frequencies, s.rates, s.maturity_dates, s.statuses)
