-- Returns nothing: one history row for each touched person whose beneficiaries differ, with the old and new value of each field.
-- Texts are put together because only what differs is then turned into JSON: an object of all fields costs five times.
INSERT INTO participant_change (plan_id, participant_id, run_id, section, changed_at, changes)
SELECT c.plan_id, c.participant_id, c.run_id, 'beneficiaries', now(), ('{' || ltrim(c.changes, ',') || '}')::jsonb
FROM (
    SELECT
        s.plan_id,
        s.participant_id,
        s.run_id,
        concat(
            CASE WHEN t.classes IS DISTINCT FROM g.classes
                THEN ',"beneficiaries.classes":' || json_build_array(t.classes, g.classes) END,
            CASE WHEN t.names IS DISTINCT FROM g.names
                THEN ',"beneficiaries.names":' || json_build_array(t.names, g.names) END,
            CASE WHEN t.relationships IS DISTINCT FROM g.relationships
                THEN ',"beneficiaries.relationships":' || json_build_array(t.relationships, g.relationships) END,
            CASE WHEN t.percents IS DISTINCT FROM g.percents
                THEN ',"beneficiaries.percents":' || json_build_array(t.percents, g.percents) END
        ) AS changes
    FROM stage_touched AS s
    LEFT JOIN beneficiary AS t ON t.plan_id = s.plan_id AND t.participant_id = s.participant_id
    LEFT JOIN stage_beneficiary AS g ON g.plan_id = s.plan_id AND g.participant_id = s.participant_id
    WHERE s.section = 'beneficiaries'
    OFFSET 0 -- keeps the texts from being put together twice
) AS c
WHERE c.changes <> ''
