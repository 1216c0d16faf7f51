-- Returns nothing: waiting jobs of a task of which one argument has one of these values are taken out of the queue.
DELETE FROM procrastinate_jobs
WHERE status = 'todo' AND task_name = %(task)s AND args ->> %(argument)s = ANY (%(values)s)
