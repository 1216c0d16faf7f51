-- Returns section, field and how many people, of the first changes of a run: what its changes can be filtered by.
SELECT c.section, k.field, count(*)
FROM (
    SELECT section, changes
    FROM participant_change
    WHERE plan_id = %(plan_id)s AND run_id = %(run_id)s
    LIMIT %(changes_max)s
) AS c
CROSS JOIN LATERAL jsonb_object_keys(c.changes) AS k (field)
GROUP BY c.section, k.field
ORDER BY c.section, k.field
