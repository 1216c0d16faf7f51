-- Returns nothing: census rows of staged people; an SSN that did not change keeps its seal.
MERGE INTO participant AS t
USING stage_participant AS s
ON t.plan_id = s.plan_id AND t.participant_id = s.participant_id
WHEN MATCHED THEN UPDATE SET
    first_name = s.first_name,
    middle_name = s.middle_name,
    last_name = s.last_name,
    birth_date = s.birth_date,
    gender = s.gender,
    marital_status = s.marital_status,
    email = s.email,
    phone = s.phone,
    address_line1 = s.address_line1,
    address_line2 = s.address_line2,
    city = s.city,
    state = s.state,
    zip = s.zip,
    country = s.country,
    hire_dates = s.hire_dates,
    termination_dates = s.termination_dates,
    status = s.status,
    pay_frequency = s.pay_frequency,
    annual_compensation = s.annual_compensation,
    hours_ytd = s.hours_ytd,
    eligibility_date = s.eligibility_date,
    entry_date = s.entry_date,
    prior_year_fica_wages = s.prior_year_fica_wages,
    content_hash_high = s.content_hash_high,
    content_hash_low = s.content_hash_low,
    fingerprint_high = s.fingerprint_high,
    fingerprint_low = s.fingerprint_low,
    judge_again_on = s.judge_again_on,
    sync_status = s.sync_status,
    changed_by_run = s.changed_by_run,
    ssn_sealed = CASE WHEN t.ssn_index = s.ssn_index THEN t.ssn_sealed ELSE s.ssn_sealed END,
    ssn_index = s.ssn_index
WHEN NOT MATCHED THEN INSERT (
    plan_id, participant_id, first_name, middle_name, last_name, birth_date, gender, marital_status,
    email, phone, address_line1, address_line2, city, state, zip, country, hire_dates,
    termination_dates, status, pay_frequency, annual_compensation, hours_ytd, eligibility_date,
    entry_date, prior_year_fica_wages, content_hash_high, content_hash_low, fingerprint_high,
    fingerprint_low, judge_again_on, sync_status, changed_by_run, ssn_sealed, ssn_index,
    first_synced_at
) VALUES (
    s.plan_id, s.participant_id, s.first_name, s.middle_name, s.last_name, s.birth_date, s.gender,
    s.marital_status, s.email, s.phone, s.address_line1, s.address_line2, s.city, s.state, s.zip,
    s.country, s.hire_dates, s.termination_dates, s.status, s.pay_frequency, s.annual_compensation,
    s.hours_ytd, s.eligibility_date, s.entry_date, s.prior_year_fica_wages, s.content_hash_high,
    s.content_hash_low, s.fingerprint_high, s.fingerprint_low, s.judge_again_on, s.sync_status,
    s.changed_by_run, s.ssn_sealed, s.ssn_index,
    now()
)
