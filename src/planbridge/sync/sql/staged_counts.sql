-- Returns how many people are staged, by table, and touched, by section: name, people.
SELECT 'participant', count(*) FROM stage_participant
UNION ALL
SELECT 'contribution_rate', count(*) FROM stage_contribution_rate
UNION ALL
SELECT 'allocation', count(*) FROM stage_allocation
UNION ALL
SELECT 'holding', count(*) FROM stage_holding
UNION ALL
SELECT 'vesting', count(*) FROM stage_vesting
UNION ALL
SELECT 'loan', count(*) FROM stage_loan
UNION ALL
SELECT 'beneficiary', count(*) FROM stage_beneficiary
UNION ALL
SELECT 'year_to_date', count(*) FROM stage_year_to_date
UNION ALL
SELECT section, count(*) FROM stage_touched GROUP BY section
