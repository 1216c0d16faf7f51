-- Returns a plan by the names of its columns but for the document, and the time zone of its firm.
SELECT
    plan.id, plan.firm_id, plan.connection_id, plan.external_plan_id, plan.name, plan.employer_name, plan.phone,
    plan.live_version, plan.draft_version, plan.participants_applied_as_of, plan.deactivated_at, plan.deactivated_reason,
    firm.time_zone
FROM plan
JOIN firm ON firm.id = plan.firm_id
WHERE plan.id = %(plan_id)s
