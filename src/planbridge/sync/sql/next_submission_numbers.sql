-- Returns the next numbers of receipts, each given once.
SELECT nextval('submission_number') FROM generate_series(1, %(count)s)
