-- Returns the plan ids whose advisory lock this transaction now has; a plan that is busy elsewhere is not among them.
SELECT plan_id
FROM unnest(%(plan_ids)s::bigint[]) AS plan_id
WHERE pg_try_advisory_xact_lock(%(namespace)s, hashint8(plan_id))
ORDER BY plan_id
