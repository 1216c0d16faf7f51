-- Returns the sources a plan's people may have: plan_id, source, kind.
SELECT plan_id, source, kind
FROM plan_source
WHERE plan_id = ANY (%(plan_ids)s)
