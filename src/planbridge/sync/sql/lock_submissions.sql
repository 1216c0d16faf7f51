-- Returns nothing: nobody else submits for the participant until this transaction ends.
SELECT pg_advisory_xact_lock(hashint8(%(plan_id)s), hashtext('submission ' || %(participant_id)s))
