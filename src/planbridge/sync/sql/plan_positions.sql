-- Returns units held of each fund by everybody at the recordkeeper: plan_id, fund, units, positions.
SELECT h.plan_id, u.fund, sum(u.units), count(*)
FROM holding AS h
JOIN participant AS p ON p.plan_id = h.plan_id AND p.participant_id = h.participant_id
CROSS JOIN unnest(h.funds, h.units) AS u (fund, units)
WHERE h.plan_id = ANY (%(plan_ids)s) AND p.sync_status <> 'not_at_recordkeeper'
GROUP BY h.plan_id, u.fund
