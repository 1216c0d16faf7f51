-- Returns the funds a plan's people may have: those of the latest document and those of the live version.
SELECT plan_id, fund
FROM plan_fund
WHERE plan_id = ANY (%(plan_ids)s)
UNION
SELECT v.plan_id, v.fund
FROM version_fund AS v
JOIN plan AS p ON p.id = v.plan_id AND p.live_version = v.number
WHERE v.plan_id = ANY (%(plan_ids)s)
