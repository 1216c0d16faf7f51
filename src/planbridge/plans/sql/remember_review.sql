-- Returns nothing; keeps a draft's content as somebody saw it, and of a plan's older ones the latest 20 in all.
WITH new AS (
    INSERT INTO plan_review (plan_id, number, token, content, seen_by, seen_at)
    VALUES (%(plan_id)s, %(number)s, %(token)s, %(content)s::jsonb, %(seen_by)s, %(seen_at)s)
    ON CONFLICT DO NOTHING
    RETURNING plan_id
)
DELETE FROM plan_review AS r
USING (
    SELECT plan_id, number, token
    FROM plan_review
    WHERE plan_id = (SELECT plan_id FROM new)
    ORDER BY seen_at DESC
    OFFSET %(others_kept)s
) AS old
WHERE r.plan_id = old.plan_id AND r.number = old.number AND r.token = old.token
