-- Returns nothing: one history row for each touched person whose ytd differ, with the old and new value of each field.
-- Texts are put together because only what differs is then turned into JSON: an object of all fields costs five times.
INSERT INTO participant_change (plan_id, participant_id, run_id, section, changed_at, changes)
SELECT c.plan_id, c.participant_id, c.run_id, 'ytd', now(), ('{' || ltrim(c.changes, ',') || '}')::jsonb
FROM (
    SELECT
        s.plan_id,
        s.participant_id,
        s.run_id,
        concat(
            CASE WHEN t.sources IS DISTINCT FROM g.sources
                THEN ',"ytd.sources":' || json_build_array(t.sources, g.sources) END,
            CASE WHEN t.amounts IS DISTINCT FROM g.amounts
                THEN ',"ytd.amounts":' || json_build_array(t.amounts, g.amounts) END
        ) AS changes
    FROM stage_touched AS s
    LEFT JOIN year_to_date AS t ON t.plan_id = s.plan_id AND t.participant_id = s.participant_id
    LEFT JOIN stage_year_to_date AS g ON g.plan_id = s.plan_id AND g.participant_id = s.participant_id
    WHERE s.section = 'ytd'
    OFFSET 0 -- keeps the texts from being put together twice
) AS c
WHERE c.changes <> ''
