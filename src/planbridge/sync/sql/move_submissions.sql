-- Returns id of the submissions that moved on: those whose fence is still the one that whoever moves them knows.
UPDATE submission AS s
SET
    state = m.state,
    fence = s.fence + 1,
    is_exposed = m.is_exposed,
    tries = m.tries,
    attempts = m.attempts,
    next_at = m.next_at,
    sent_at = m.sent_at,
    accepted_at = m.accepted_at,
    received_at = m.received_at,
    applied_on = m.applied_on,
    due_on = m.due_on,
    ended_at = m.ended_at,
    external_id = m.external_id,
    problem_code = m.problem_code,
    problem_detail = m.problem_detail,
    superseded_by = m.superseded_by,
    is_overdue_told = m.is_overdue_told
FROM jsonb_to_recordset(%(moves)s::jsonb) AS m (
    plan_id bigint, participant_id text, id uuid, fence int, state text, is_exposed boolean, tries int, attempts int,
    next_at timestamptz, sent_at timestamptz, accepted_at timestamptz, received_at timestamptz, applied_on date,
    due_on date, ended_at timestamptz, external_id text, problem_code text, problem_detail text, superseded_by text,
    is_overdue_told boolean
)
WHERE s.plan_id = m.plan_id AND s.participant_id = m.participant_id AND s.id = m.id AND s.fence = m.fence
RETURNING s.id
