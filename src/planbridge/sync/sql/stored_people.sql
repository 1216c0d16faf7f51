-- Returns one text: CSV rows of everybody held of the plans. One value, because the driver hands a COPY out row by row.
SELECT string_agg(
    concat_ws(
        ',',
        plan_id,
        '"' || replace(participant_id, '"', '""') || '"',
        content_hash_high,
        content_hash_low,
        coalesce(fingerprint_high::text, ''),
        coalesce(fingerprint_low::text, ''),
        sync_status,
        coalesce(judge_again_on::text, '')
    ),
    E'\n'
)
FROM participant
WHERE plan_id = ANY (%(plan_ids)s)
