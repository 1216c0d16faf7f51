-- Returns nothing: tells the planner how many people are staged.
ANALYZE stage_participant, stage_contribution_rate, stage_allocation, stage_holding, stage_vesting, stage_loan,
    stage_beneficiary, stage_year_to_date
