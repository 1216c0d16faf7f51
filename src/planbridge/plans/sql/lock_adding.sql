-- Returns nothing: nobody else adds plans to the connection until this transaction ends.
SELECT pg_advisory_xact_lock(%(namespace)s, hashint8(%(connection_id)s))
