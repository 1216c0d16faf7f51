-- Returns nothing: how far the job of a batch has come.
INSERT INTO run_progress (batch_id, stages, people_read, plans_done, plans_in_all, told_at)
VALUES (%(batch_id)s, %(stages)s, %(people_read)s, %(plans_done)s, %(plans_in_all)s, now())
ON CONFLICT (batch_id) DO UPDATE
SET stages = excluded.stages, people_read = excluded.people_read, plans_done = excluded.plans_done,
    plans_in_all = excluded.plans_in_all, told_at = excluded.told_at
