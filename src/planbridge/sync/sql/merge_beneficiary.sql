-- Returns nothing: beneficiaries of new and changed people, written only where they differ.
MERGE INTO beneficiary AS t
USING stage_beneficiary AS s
ON t.plan_id = s.plan_id AND t.participant_id = s.participant_id
WHEN MATCHED AND (t.classes, t.names, t.relationships, t.percents) IS DISTINCT FROM (s.classes, s.names, s.relationships, s.percents)
    THEN UPDATE SET classes = s.classes, names = s.names, relationships = s.relationships, percents = s.percents
WHEN NOT MATCHED THEN INSERT (plan_id, participant_id, classes, names, relationships, percents)
    VALUES (s.plan_id, s.participant_id, s.classes, s.names, s.relationships, s.percents)
