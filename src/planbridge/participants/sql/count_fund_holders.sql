-- Returns nothing; writes, by fund, the people at the recordkeeper who hold it or direct new money into it, and their units.
WITH touched AS (
    SELECT plan_id, fund, participant_id, sum(units) AS units
    FROM (
        SELECT h.plan_id, u.fund, h.participant_id, u.units
        FROM holding AS h
        CROSS JOIN unnest(h.funds, h.units) AS u (fund, units)
        WHERE h.plan_id = ANY(%(plan_ids)s::bigint[]) AND u.units <> 0
        UNION ALL
        SELECT a.plan_id, u.fund, a.participant_id, 0
        FROM allocation AS a
        CROSS JOIN unnest(a.funds, a.percents) AS u (fund, percent)
        WHERE a.plan_id = ANY(%(plan_ids)s::bigint[]) AND u.percent <> 0
    ) AS each
    GROUP BY plan_id, fund, participant_id
)
INSERT INTO fund_holders AS f (plan_id, fund, people_count, units)
SELECT t.plan_id, t.fund, count(*), sum(t.units)
FROM touched AS t
JOIN participant AS p ON p.plan_id = t.plan_id AND p.participant_id = t.participant_id
WHERE p.sync_status <> 'not_at_recordkeeper'
GROUP BY t.plan_id, t.fund
ORDER BY t.plan_id, t.fund
