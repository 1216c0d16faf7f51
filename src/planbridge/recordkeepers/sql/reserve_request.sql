-- Returns the seconds until the request whose turn this statement reserves; no row when the connection has no rate limit.
UPDATE connection
SET next_request_at = greatest(next_request_at, clock_timestamp()) + make_interval(secs => 60.0 / requests_per_minute)
WHERE id = %(connection)s AND requests_per_minute > 0
RETURNING extract(
    EPOCH FROM next_request_at - make_interval(secs => 60.0 / requests_per_minute) - clock_timestamp()
)::float8
