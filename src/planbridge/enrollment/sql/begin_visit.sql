-- Returns the id of the visit begun; nothing where the person has an open one.
INSERT INTO enrollment_visit (plan_id, participant_id, id, state, begun_at, updated_at, receipts)
VALUES (%(plan_id)s, %(participant_id)s, %(id)s, 'open', %(now)s, %(now)s, '{}')
ON CONFLICT (plan_id, participant_id) WHERE state = 'open' DO NOTHING
RETURNING id
