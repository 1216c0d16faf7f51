-- Returns nothing; writes attempts as they begin, and how they ended.
INSERT INTO submission_attempt AS held (
    plan_id, submission_id, number, step, started_at, ended_at, method, path, status, said, problem_code, detail
)
SELECT a.plan_id, a.submission_id, a.number, a.step, a.started_at, a.ended_at, a.method, a.path, a.status, a.said,
    a.problem_code, a.detail
FROM jsonb_to_recordset(%(attempts)s::jsonb) AS a (
    plan_id bigint, submission_id uuid, number int, step text, started_at timestamptz, ended_at timestamptz,
    method text, path text, status text, said text, problem_code text, detail text
)
ON CONFLICT (plan_id, submission_id, number) DO UPDATE
SET ended_at = excluded.ended_at, method = excluded.method, path = excluded.path, status = excluded.status,
    said = excluded.said, problem_code = excluded.problem_code, detail = excluded.detail
