-- Returns nothing: balances of new and changed people, written only where they differ.
MERGE INTO holding AS t
USING stage_holding AS s
ON t.plan_id = s.plan_id AND t.participant_id = s.participant_id
WHEN MATCHED AND (t.sources, t.funds, t.units) IS DISTINCT FROM (s.sources, s.funds, s.units)
    THEN UPDATE SET sources = s.sources, funds = s.funds, units = s.units
WHEN NOT MATCHED THEN INSERT (plan_id, participant_id, sources, funds, units)
    VALUES (s.plan_id, s.participant_id, s.sources, s.funds, s.units)
