-- Returns id, kind, is_dry_run of the runs that were concluded: those whose attempt is still the newest.
UPDATE sync_run AS r
SET
    status = c.status,
    finished_at = clock_timestamp(),
    stages = coalesce(c.stages, %(stages)s::jsonb),
    read = c.read,
    applied = c.applied,
    unchanged = c.unchanged,
    rejected = c.rejected,
    held = c.held,
    vanished = c.vanished,
    prices = c.prices,
    draft = c.draft,
    warnings = c.warnings,
    delivered_as = c.delivered_as,
    as_of = c.as_of,
    proof = c.proof,
    requests = c.requests
FROM jsonb_to_recordset(%(conclusions)s::jsonb) AS c (
    plan_id bigint, id uuid, attempt int, status text, stages jsonb, read int, applied int, unchanged int,
    rejected int, held int, vanished int, prices int, draft boolean, warnings int, delivered_as text,
    as_of timestamptz, proof jsonb, requests jsonb
)
WHERE r.plan_id = c.plan_id AND r.id = c.id AND r.attempt = c.attempt AND r.status = 'running'
RETURNING r.id, r.kind, r.is_dry_run
