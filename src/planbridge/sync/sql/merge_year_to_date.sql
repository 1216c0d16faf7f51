-- Returns nothing: ytd of new and changed people, written only where they differ.
MERGE INTO year_to_date AS t
USING stage_year_to_date AS s
ON t.plan_id = s.plan_id AND t.participant_id = s.participant_id
WHEN MATCHED AND (t.sources, t.amounts) IS DISTINCT FROM (s.sources, s.amounts)
    THEN UPDATE SET sources = s.sources, amounts = s.amounts
WHEN NOT MATCHED THEN INSERT (plan_id, participant_id, sources, amounts)
    VALUES (s.plan_id, s.participant_id, s.sources, s.amounts)
