-- Returns nothing: how far each plan's document has been read, and the tag of what was read.
UPDATE plan AS p
SET
    document_as_of = greatest(p.document_as_of, m.as_of),
    etag = CASE WHEN m.etag = '' THEN p.etag ELSE m.etag END
FROM unnest(%(plan_ids)s::bigint[], %(as_ofs)s::timestamptz[], %(etags)s::text[]) AS m (plan_id, as_of, etag)
WHERE p.id = m.plan_id
    AND (p.document_as_of IS DISTINCT FROM greatest(p.document_as_of, m.as_of) OR p.etag <> m.etag)
