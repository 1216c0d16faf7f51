-- Returns the key of a free slot of the connection, taken for this database session; no row when all are in use.
-- A session may take a lock twice, so the keys it holds are left out.
SELECT slot.key
FROM (
    SELECT hashtextextended(format('connection-slot/%%s/%%s', %(connection)s::bigint, number), 0) AS key
    FROM generate_series(1, %(slots)s) AS number
) AS slot
WHERE slot.key <> ALL (%(held)s::bigint[]) AND pg_try_advisory_lock(slot.key)
LIMIT 1
