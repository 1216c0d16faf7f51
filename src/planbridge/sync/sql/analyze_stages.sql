-- Returns nothing: tells the planner how many people are staged; only the keys are looked at.
ANALYZE
    stage_participant (plan_id, participant_id),
    stage_contribution_rate (plan_id, participant_id),
    stage_allocation (plan_id, participant_id),
    stage_holding (plan_id, participant_id),
    stage_vesting (plan_id, participant_id),
    stage_loan (plan_id, participant_id),
    stage_beneficiary (plan_id, participant_id),
    stage_year_to_date (plan_id, participant_id)
