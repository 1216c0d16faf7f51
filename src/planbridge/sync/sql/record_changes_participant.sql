-- Returns nothing: one history row for each staged person whose census fields differ, with the old and new value of each field.
-- Texts are put together because only what differs is then turned into JSON: an object of all fields costs five times.
INSERT INTO participant_change (plan_id, participant_id, run_id, section, changed_at, changes, old_ssn_sealed)
SELECT c.plan_id, c.participant_id, c.run_id, 'census', now(), ('{' || ltrim(c.changes, ',') || '}')::jsonb, c.old_ssn_sealed
FROM (
    SELECT
        s.plan_id,
        s.participant_id,
        s.changed_by_run AS run_id,
        CASE WHEN p.ssn_index <> s.ssn_index THEN p.ssn_sealed END AS old_ssn_sealed,
        concat(
            CASE WHEN p.first_name IS DISTINCT FROM s.first_name
                THEN ',"first_name":' || json_build_array(p.first_name, s.first_name) END,
            CASE WHEN p.middle_name IS DISTINCT FROM s.middle_name
                THEN ',"middle_name":' || json_build_array(p.middle_name, s.middle_name) END,
            CASE WHEN p.last_name IS DISTINCT FROM s.last_name
                THEN ',"last_name":' || json_build_array(p.last_name, s.last_name) END,
            CASE WHEN p.birth_date IS DISTINCT FROM s.birth_date
                THEN ',"birth_date":' || json_build_array(p.birth_date, s.birth_date) END,
            CASE WHEN p.gender IS DISTINCT FROM s.gender
                THEN ',"gender":' || json_build_array(p.gender, s.gender) END,
            CASE WHEN p.marital_status IS DISTINCT FROM s.marital_status
                THEN ',"marital_status":' || json_build_array(p.marital_status, s.marital_status) END,
            CASE WHEN p.email IS DISTINCT FROM s.email
                THEN ',"email":' || json_build_array(p.email, s.email) END,
            CASE WHEN p.phone IS DISTINCT FROM s.phone
                THEN ',"phone":' || json_build_array(p.phone, s.phone) END,
            CASE WHEN p.address_line1 IS DISTINCT FROM s.address_line1
                THEN ',"address_line1":' || json_build_array(p.address_line1, s.address_line1) END,
            CASE WHEN p.address_line2 IS DISTINCT FROM s.address_line2
                THEN ',"address_line2":' || json_build_array(p.address_line2, s.address_line2) END,
            CASE WHEN p.city IS DISTINCT FROM s.city
                THEN ',"city":' || json_build_array(p.city, s.city) END,
            CASE WHEN p.state IS DISTINCT FROM s.state
                THEN ',"state":' || json_build_array(p.state, s.state) END,
            CASE WHEN p.zip IS DISTINCT FROM s.zip
                THEN ',"zip":' || json_build_array(p.zip, s.zip) END,
            CASE WHEN p.country IS DISTINCT FROM s.country
                THEN ',"country":' || json_build_array(p.country, s.country) END,
            CASE WHEN p.hire_dates IS DISTINCT FROM s.hire_dates
                THEN ',"hire_dates":' || json_build_array(p.hire_dates, s.hire_dates) END,
            CASE WHEN p.termination_dates IS DISTINCT FROM s.termination_dates
                THEN ',"termination_dates":' || json_build_array(p.termination_dates, s.termination_dates) END,
            CASE WHEN p.status IS DISTINCT FROM s.status
                THEN ',"status":' || json_build_array(p.status, s.status) END,
            CASE WHEN p.pay_frequency IS DISTINCT FROM s.pay_frequency
                THEN ',"pay_frequency":' || json_build_array(p.pay_frequency, s.pay_frequency) END,
            CASE WHEN p.annual_compensation IS DISTINCT FROM s.annual_compensation
                THEN ',"annual_compensation":' || json_build_array(p.annual_compensation, s.annual_compensation) END,
            CASE WHEN p.hours_ytd IS DISTINCT FROM s.hours_ytd
                THEN ',"hours_ytd":' || json_build_array(p.hours_ytd, s.hours_ytd) END,
            CASE WHEN p.eligibility_date IS DISTINCT FROM s.eligibility_date
                THEN ',"eligibility_date":' || json_build_array(p.eligibility_date, s.eligibility_date) END,
            CASE WHEN p.entry_date IS DISTINCT FROM s.entry_date
                THEN ',"entry_date":' || json_build_array(p.entry_date, s.entry_date) END,
            CASE WHEN p.prior_year_fica_wages IS DISTINCT FROM s.prior_year_fica_wages
                THEN ',"prior_year_fica_wages":' || json_build_array(p.prior_year_fica_wages, s.prior_year_fica_wages) END,
            CASE WHEN p.ssn_index <> s.ssn_index THEN ',"ssn":["***","***"]' END,
            CASE WHEN p.sync_status = 'not_at_recordkeeper' THEN ',"at_recordkeeper":[false,true]' END
        ) AS changes
    FROM stage_participant AS s
    JOIN participant AS p ON p.plan_id = s.plan_id AND p.participant_id = s.participant_id
    OFFSET 0 -- keeps the texts from being put together twice
) AS c
WHERE c.changes <> ''
ORDER BY c.plan_id, c.participant_id -- as the index lies
