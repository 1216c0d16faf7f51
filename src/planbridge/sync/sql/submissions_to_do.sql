-- Returns id of the open submissions of those participants of a plan who have one that is due, the longest due first.
WITH due AS (
    SELECT participant_id
    FROM submission
    WHERE plan_id = %(plan_id)s AND state IN ('requested', 'sent', 'unknown', 'accepted') AND next_at <= %(now)s
    GROUP BY participant_id
    ORDER BY min(next_at)
    LIMIT %(people_max)s
)
SELECT s.id
FROM due AS d
JOIN submission AS s ON s.plan_id = %(plan_id)s AND s.participant_id = d.participant_id
WHERE s.state IN ('requested', 'sent', 'unknown', 'accepted')
