-- Returns nothing: takes away ytd of changed people who have none any more.
DELETE FROM year_to_date AS t
USING stage_touched AS s
WHERE s.section = 'ytd' AND t.plan_id = s.plan_id AND t.participant_id = s.participant_id
    AND NOT EXISTS (
        SELECT FROM stage_year_to_date AS g WHERE g.plan_id = s.plan_id AND g.participant_id = s.participant_id
    )
