-- Returns nothing: vesting of new and changed people, written only where they differ.
MERGE INTO vesting AS t
USING stage_vesting AS s
ON t.plan_id = s.plan_id AND t.participant_id = s.participant_id
WHEN MATCHED AND (t.sources, t.percents) IS DISTINCT FROM (s.sources, s.percents)
    THEN UPDATE SET sources = s.sources, percents = s.percents
WHEN NOT MATCHED THEN INSERT (plan_id, participant_id, sources, percents)
    VALUES (s.plan_id, s.participant_id, s.sources, s.percents)
