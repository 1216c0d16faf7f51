-- Returns nothing: one history row for each staged person that is already held, with the old and new value of each field.
INSERT INTO participant_change (plan_id, participant_id, run_id, changed_at, changes, old_ssn_sealed)
SELECT
    s.plan_id,
    s.participant_id,
    s.changed_by_run,
    now(),
    jsonb_strip_nulls(jsonb_build_object(
        'first_name', CASE WHEN p.first_name IS DISTINCT FROM s.first_name THEN jsonb_build_array(p.first_name, s.first_name) END,
        'middle_name', CASE WHEN p.middle_name IS DISTINCT FROM s.middle_name THEN jsonb_build_array(p.middle_name, s.middle_name) END,
        'last_name', CASE WHEN p.last_name IS DISTINCT FROM s.last_name THEN jsonb_build_array(p.last_name, s.last_name) END,
        'birth_date', CASE WHEN p.birth_date IS DISTINCT FROM s.birth_date THEN jsonb_build_array(p.birth_date, s.birth_date) END,
        'gender', CASE WHEN p.gender IS DISTINCT FROM s.gender THEN jsonb_build_array(p.gender, s.gender) END,
        'marital_status', CASE WHEN p.marital_status IS DISTINCT FROM s.marital_status THEN jsonb_build_array(p.marital_status, s.marital_status) END,
        'email', CASE WHEN p.email IS DISTINCT FROM s.email THEN jsonb_build_array(p.email, s.email) END,
        'phone', CASE WHEN p.phone IS DISTINCT FROM s.phone THEN jsonb_build_array(p.phone, s.phone) END,
        'address_line1', CASE WHEN p.address_line1 IS DISTINCT FROM s.address_line1 THEN jsonb_build_array(p.address_line1, s.address_line1) END,
        'address_line2', CASE WHEN p.address_line2 IS DISTINCT FROM s.address_line2 THEN jsonb_build_array(p.address_line2, s.address_line2) END,
        'city', CASE WHEN p.city IS DISTINCT FROM s.city THEN jsonb_build_array(p.city, s.city) END,
        'state', CASE WHEN p.state IS DISTINCT FROM s.state THEN jsonb_build_array(p.state, s.state) END,
        'zip', CASE WHEN p.zip IS DISTINCT FROM s.zip THEN jsonb_build_array(p.zip, s.zip) END,
        'country', CASE WHEN p.country IS DISTINCT FROM s.country THEN jsonb_build_array(p.country, s.country) END,
        'hire_dates', CASE WHEN p.hire_dates IS DISTINCT FROM s.hire_dates THEN jsonb_build_array(p.hire_dates, s.hire_dates) END,
        'termination_dates', CASE WHEN p.termination_dates IS DISTINCT FROM s.termination_dates THEN jsonb_build_array(p.termination_dates, s.termination_dates) END,
        'status', CASE WHEN p.status IS DISTINCT FROM s.status THEN jsonb_build_array(p.status, s.status) END,
        'pay_frequency', CASE WHEN p.pay_frequency IS DISTINCT FROM s.pay_frequency THEN jsonb_build_array(p.pay_frequency, s.pay_frequency) END,
        'annual_compensation', CASE WHEN p.annual_compensation IS DISTINCT FROM s.annual_compensation THEN jsonb_build_array(p.annual_compensation, s.annual_compensation) END,
        'hours_ytd', CASE WHEN p.hours_ytd IS DISTINCT FROM s.hours_ytd THEN jsonb_build_array(p.hours_ytd, s.hours_ytd) END,
        'eligibility_date', CASE WHEN p.eligibility_date IS DISTINCT FROM s.eligibility_date THEN jsonb_build_array(p.eligibility_date, s.eligibility_date) END,
        'entry_date', CASE WHEN p.entry_date IS DISTINCT FROM s.entry_date THEN jsonb_build_array(p.entry_date, s.entry_date) END,
        'prior_year_fica_wages', CASE WHEN p.prior_year_fica_wages IS DISTINCT FROM s.prior_year_fica_wages THEN jsonb_build_array(p.prior_year_fica_wages, s.prior_year_fica_wages) END,
        'ssn', CASE WHEN p.ssn_index <> s.ssn_index THEN jsonb_build_array('***', '***') END,
        'at_recordkeeper',
        CASE WHEN p.sync_status = 'not_at_recordkeeper' THEN jsonb_build_array(false, true) END
    )) || jsonb_strip_nulls(jsonb_build_object(
        'contribution_rates', CASE WHEN (cr.sources, cr.percents, cr.amounts) IS DISTINCT FROM (scr.sources, scr.percents, scr.amounts)
            THEN jsonb_build_array(
                CASE WHEN cr.plan_id IS NOT NULL THEN jsonb_build_object('sources', cr.sources, 'percents', cr.percents, 'amounts', cr.amounts) END,
                CASE WHEN scr.plan_id IS NOT NULL THEN jsonb_build_object('sources', scr.sources, 'percents', scr.percents, 'amounts', scr.amounts) END
            ) END,
        'allocations', CASE WHEN (al.sources, al.funds, al.percents) IS DISTINCT FROM (sal.sources, sal.funds, sal.percents)
            THEN jsonb_build_array(
                CASE WHEN al.plan_id IS NOT NULL THEN jsonb_build_object('sources', al.sources, 'funds', al.funds, 'percents', al.percents) END,
                CASE WHEN sal.plan_id IS NOT NULL THEN jsonb_build_object('sources', sal.sources, 'funds', sal.funds, 'percents', sal.percents) END
            ) END,
        'balances', CASE WHEN (ho.sources, ho.funds, ho.units) IS DISTINCT FROM (sho.sources, sho.funds, sho.units)
            THEN jsonb_build_array(
                CASE WHEN ho.plan_id IS NOT NULL THEN jsonb_build_object('sources', ho.sources, 'funds', ho.funds, 'units', ho.units) END,
                CASE WHEN sho.plan_id IS NOT NULL THEN jsonb_build_object('sources', sho.sources, 'funds', sho.funds, 'units', sho.units) END
            ) END,
        'vesting', CASE WHEN (ve.sources, ve.percents) IS DISTINCT FROM (sve.sources, sve.percents)
            THEN jsonb_build_array(
                CASE WHEN ve.plan_id IS NOT NULL THEN jsonb_build_object('sources', ve.sources, 'percents', ve.percents) END,
                CASE WHEN sve.plan_id IS NOT NULL THEN jsonb_build_object('sources', sve.sources, 'percents', sve.percents) END
            ) END,
        'loans', CASE WHEN (lo.loan_ids, lo.types, lo.origination_dates, lo.original_amounts, lo.balances, lo.payments, lo.frequencies, lo.rates, lo.maturity_dates, lo.statuses) IS DISTINCT FROM (slo.loan_ids, slo.types, slo.origination_dates, slo.original_amounts, slo.balances, slo.payments, slo.frequencies, slo.rates, slo.maturity_dates, slo.statuses)
            THEN jsonb_build_array(
                CASE WHEN lo.plan_id IS NOT NULL THEN jsonb_build_object('loan_ids', lo.loan_ids, 'types', lo.types, 'origination_dates', lo.origination_dates, 'original_amounts', lo.original_amounts, 'balances', lo.balances, 'payments', lo.payments, 'frequencies', lo.frequencies, 'rates', lo.rates, 'maturity_dates', lo.maturity_dates, 'statuses', lo.statuses) END,
                CASE WHEN slo.plan_id IS NOT NULL THEN jsonb_build_object('loan_ids', slo.loan_ids, 'types', slo.types, 'origination_dates', slo.origination_dates, 'original_amounts', slo.original_amounts, 'balances', slo.balances, 'payments', slo.payments, 'frequencies', slo.frequencies, 'rates', slo.rates, 'maturity_dates', slo.maturity_dates, 'statuses', slo.statuses) END
            ) END,
        'beneficiaries', CASE WHEN (be.classes, be.names, be.relationships, be.percents) IS DISTINCT FROM (sbe.classes, sbe.names, sbe.relationships, sbe.percents)
            THEN jsonb_build_array(
                CASE WHEN be.plan_id IS NOT NULL THEN jsonb_build_object('classes', be.classes, 'names', be.names, 'relationships', be.relationships, 'percents', be.percents) END,
                CASE WHEN sbe.plan_id IS NOT NULL THEN jsonb_build_object('classes', sbe.classes, 'names', sbe.names, 'relationships', sbe.relationships, 'percents', sbe.percents) END
            ) END,
        'ytd', CASE WHEN (yt.sources, yt.amounts) IS DISTINCT FROM (syt.sources, syt.amounts)
            THEN jsonb_build_array(
                CASE WHEN yt.plan_id IS NOT NULL THEN jsonb_build_object('sources', yt.sources, 'amounts', yt.amounts) END,
                CASE WHEN syt.plan_id IS NOT NULL THEN jsonb_build_object('sources', syt.sources, 'amounts', syt.amounts) END
            ) END
    )),
    CASE WHEN p.ssn_index <> s.ssn_index THEN p.ssn_sealed END
FROM stage_participant AS s
JOIN participant AS p ON p.plan_id = s.plan_id AND p.participant_id = s.participant_id
LEFT JOIN contribution_rate AS cr ON cr.plan_id = s.plan_id AND cr.participant_id = s.participant_id
LEFT JOIN stage_contribution_rate AS scr ON scr.plan_id = s.plan_id AND scr.participant_id = s.participant_id
LEFT JOIN allocation AS al ON al.plan_id = s.plan_id AND al.participant_id = s.participant_id
LEFT JOIN stage_allocation AS sal ON sal.plan_id = s.plan_id AND sal.participant_id = s.participant_id
LEFT JOIN holding AS ho ON ho.plan_id = s.plan_id AND ho.participant_id = s.participant_id
LEFT JOIN stage_holding AS sho ON sho.plan_id = s.plan_id AND sho.participant_id = s.participant_id
LEFT JOIN vesting AS ve ON ve.plan_id = s.plan_id AND ve.participant_id = s.participant_id
LEFT JOIN stage_vesting AS sve ON sve.plan_id = s.plan_id AND sve.participant_id = s.participant_id
LEFT JOIN loan AS lo ON lo.plan_id = s.plan_id AND lo.participant_id = s.participant_id
LEFT JOIN stage_loan AS slo ON slo.plan_id = s.plan_id AND slo.participant_id = s.participant_id
LEFT JOIN beneficiary AS be ON be.plan_id = s.plan_id AND be.participant_id = s.participant_id
LEFT JOIN stage_beneficiary AS sbe ON sbe.plan_id = s.plan_id AND sbe.participant_id = s.participant_id
LEFT JOIN year_to_date AS yt ON yt.plan_id = s.plan_id AND yt.participant_id = s.participant_id
LEFT JOIN stage_year_to_date AS syt ON syt.plan_id = s.plan_id AND syt.participant_id = s.participant_id
