-- Returns nothing: contribution_rates of new and changed people, written only where they differ.
MERGE INTO contribution_rate AS t
USING stage_contribution_rate AS s
ON t.plan_id = s.plan_id AND t.participant_id = s.participant_id
WHEN MATCHED AND (t.sources, t.percents, t.amounts) IS DISTINCT FROM (s.sources, s.percents, s.amounts)
    THEN UPDATE SET sources = s.sources, percents = s.percents, amounts = s.amounts
WHEN NOT MATCHED THEN INSERT (plan_id, participant_id, sources, percents, amounts)
    VALUES (s.plan_id, s.participant_id, s.sources, s.percents, s.amounts)
