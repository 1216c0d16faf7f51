-- Returns nothing: how far each plan's people have been read, and (where they were taken in) how far they are applied and
-- what everybody was judged with: nothing that could be named, once some people were judged with something else.
UPDATE plan AS p
SET
    participants_as_of = greatest(p.participants_as_of, m.as_of),
    participants_applied_as_of = CASE
        WHEN m.is_applied THEN greatest(p.participants_applied_as_of, m.as_of)
        ELSE p.participants_applied_as_of
    END,
    judged_with = CASE
        WHEN NOT m.is_applied THEN p.judged_with
        WHEN m.is_complete THEN m.judged_with
        WHEN p.judged_with = m.judged_with THEN p.judged_with
        ELSE ''
    END
FROM unnest(
    %(plan_ids)s::bigint[], %(as_ofs)s::timestamptz[], %(is_applied)s::boolean[], %(is_complete)s::boolean[],
    %(judged_with)s::text[]
) AS m (plan_id, as_of, is_applied, is_complete, judged_with)
WHERE p.id = m.plan_id AND (m.as_of IS NOT NULL OR (m.is_applied AND p.judged_with <> m.judged_with))
