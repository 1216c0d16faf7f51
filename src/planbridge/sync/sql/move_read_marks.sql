-- Returns nothing: how far each plan's people have been read, and (where they were taken in) how far they are applied.
UPDATE plan AS p
SET
    participants_as_of = greatest(p.participants_as_of, m.as_of),
    participants_applied_as_of = CASE
        WHEN m.is_applied THEN greatest(p.participants_applied_as_of, m.as_of)
        ELSE p.participants_applied_as_of
    END,
    judged_with = coalesce(m.judged_with, p.judged_with)
FROM unnest(%(plan_ids)s::bigint[], %(as_ofs)s::timestamptz[], %(is_applied)s::boolean[], %(judged_with)s::text[])
    AS m (plan_id, as_of, is_applied, judged_with)
WHERE p.id = m.plan_id AND m.as_of IS NOT NULL
