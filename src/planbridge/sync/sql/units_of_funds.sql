-- Returns fund and units of these funds that the people of a plan hold, those at the recordkeeper only.
SELECT u.fund, sum(u.units)
FROM holding AS h
JOIN participant AS p ON p.plan_id = h.plan_id AND p.participant_id = h.participant_id
CROSS JOIN unnest(h.funds, h.units) AS u (fund, units)
WHERE h.plan_id = %(plan_id)s
    AND h.funds && %(funds)s::text[]
    AND u.fund = ANY(%(funds)s::text[])
    AND p.sync_status <> 'not_at_recordkeeper'
GROUP BY u.fund
