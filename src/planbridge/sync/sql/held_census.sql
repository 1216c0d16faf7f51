-- Returns plan_id, participant_id, the sealed SSN (hex) and the census held of people, in the order of delivered.PEOPLE_COLUMNS.
SELECT
    held.plan_id, held.participant_id, encode(held.ssn_sealed, 'hex'),
    held.first_name, held.middle_name, held.last_name, held.birth_date, held.gender, held.marital_status,
    held.email, held.phone, held.address_line1, held.address_line2, held.city, held.state, held.zip, held.country,
    held.status, held.pay_frequency, held.annual_compensation, held.hours_ytd, held.eligibility_date,
    held.entry_date, held.prior_year_fica_wages
FROM unnest(%(plan_ids)s::bigint[], %(participant_ids)s::text[]) AS person (plan_id, participant_id)
INNER JOIN participant AS held USING (plan_id, participant_id)
