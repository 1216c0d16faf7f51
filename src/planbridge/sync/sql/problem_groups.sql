-- Returns code, severity, how many problems, how many people, and the first people of each code of a run, errors first.
-- People are told apart by hashing and not by sorting [100,000 problems: 70 ms in place of 220]; the first of a code are
-- looked for between its first and last number.
SELECT
    g.code, g.severity, g.problems, g.people,
    ARRAY(
        SELECT p.participant_id
        FROM run_problem AS p
        WHERE p.plan_id = %(plan_id)s AND p.run_id = %(run_id)s AND p.code = g.code AND p.participant_id IS NOT NULL
            AND p.number BETWEEN g.first_number AND g.last_number
        ORDER BY p.number
        LIMIT %(people_shown)s
    )
FROM (
    SELECT
        code, severity, sum(problems)::bigint AS problems, count(participant_id) AS people,
        min(first_number) AS first_number, max(last_number) AS last_number
    FROM (
        SELECT
            code, severity, participant_id, count(*) AS problems, min(number) AS first_number, max(number) AS last_number
        FROM run_problem
        WHERE plan_id = %(plan_id)s AND run_id = %(run_id)s
        GROUP BY code, severity, participant_id
    ) AS one_person
    GROUP BY code, severity
) AS g
ORDER BY g.severity, g.problems DESC, g.code
