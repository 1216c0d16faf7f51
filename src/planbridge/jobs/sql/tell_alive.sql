-- Returns the worker's id, whose heartbeat is written; no row when others have taken the worker for dead.
UPDATE procrastinate_workers
SET last_heartbeat = now()
WHERE id = %(worker_id)s
RETURNING id
