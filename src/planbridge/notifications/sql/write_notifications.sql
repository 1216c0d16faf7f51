-- Returns the ids of the notifications that were written: those whose key the plan does not have yet.
INSERT INTO notification (
    plan_id, id, event, audience, participant_id, to_address, subject, body, attachment_id, dedup_key,
    status, attempts, attempts_max, problem_code, problem, created_at
)
SELECT
    m.plan_id, m.id, m.event, m.audience, m.participant_id, m.to_address, m.subject, m.body, m.attachment_id,
    m.dedup_key, 'queued', 0, %(attempts_max)s, '', '', %(now)s
FROM jsonb_to_recordset(%(mails)s::jsonb) AS m (
    plan_id bigint, id uuid, event text, audience text, participant_id text, to_address text, subject text, body text,
    attachment_id uuid, dedup_key text
)
ON CONFLICT (plan_id, dedup_key) DO NOTHING
RETURNING id
