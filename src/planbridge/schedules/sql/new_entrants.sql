-- Returns participant_id of a plan's people who are active and may take part today, for whom no split of contributions
-- is known, and who never asked for one. Nobody at all where the recordkeeper gives no split of anybody in the plan: then
-- that somebody has none says nothing.
SELECT p.participant_id
FROM participant AS p
WHERE p.plan_id = %(plan_id)s
    AND p.status = 'active'
    AND p.sync_status <> 'not_at_recordkeeper'
    AND coalesce(p.entry_date, p.eligibility_date, %(today)s) <= %(today)s
    AND NOT EXISTS (
        SELECT FROM allocation AS a
        WHERE a.plan_id = p.plan_id AND a.participant_id = p.participant_id AND cardinality(a.funds) > 0
    )
    AND NOT EXISTS (
        SELECT FROM submission AS s
        WHERE s.plan_id = p.plan_id AND s.participant_id = p.participant_id AND s.kind = 'allocation'
    )
    AND EXISTS (SELECT FROM allocation AS a WHERE a.plan_id = p.plan_id AND cardinality(a.funds) > 0)
ORDER BY p.participant_id
