-- Returns nothing: allocations of new and changed people, written only where they differ.
MERGE INTO allocation AS t
USING stage_allocation AS s
ON t.plan_id = s.plan_id AND t.participant_id = s.participant_id
WHEN MATCHED AND (t.sources, t.funds, t.percents) IS DISTINCT FROM (s.sources, s.funds, s.percents)
    THEN UPDATE SET sources = s.sources, funds = s.funds, percents = s.percents
WHEN NOT MATCHED THEN INSERT (plan_id, participant_id, sources, funds, percents)
    VALUES (s.plan_id, s.participant_id, s.sources, s.funds, s.percents)
