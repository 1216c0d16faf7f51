-- Returns code, severity, how many problems, how many people, and the first people of each code of a run, errors first.
SELECT
    g.code, g.severity, g.problems, g.people,
    ARRAY(
        SELECT p.participant_id
        FROM run_problem AS p
        WHERE p.plan_id = %(plan_id)s AND p.run_id = %(run_id)s AND p.code = g.code AND p.participant_id IS NOT NULL
        ORDER BY p.number
        LIMIT %(people_shown)s
    )
FROM (
    SELECT code, severity, count(*) AS problems, count(DISTINCT participant_id) AS people
    FROM run_problem
    WHERE plan_id = %(plan_id)s AND run_id = %(run_id)s
    GROUP BY code, severity
) AS g
ORDER BY g.severity, g.problems DESC, g.code
