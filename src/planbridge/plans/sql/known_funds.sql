-- Returns (plan_id, fund): the funds of each plan's latest document and of its live version.
SELECT plan_id, fund
FROM plan_fund
WHERE plan_id = ANY(%(plan_ids)s::bigint[])
UNION
SELECT f.plan_id, f.fund
FROM plan AS p
JOIN version_fund AS f ON f.plan_id = p.id AND f.number = p.live_version
WHERE p.id = ANY(%(plan_ids)s::bigint[])
ORDER BY plan_id, fund
