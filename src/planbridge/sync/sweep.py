"""The sweep: no run stays Running when nothing works on it any more."""

from uuid import UUID

from django.db import connection

from planbridge.activity.problem import Problem
from planbridge.sync.outcome import conclude_failed
from planbridge.sync.run_book import Ticket
from planbridge.sync.statements import statement


def end_abandoned_runs() -> int:
    """Conclude with RUN_INTERRUPTED the runs whose job is neither waiting nor being done; answers how many."""
    with connection.cursor() as cursor:
        cursor.execute(statement("abandoned_runs"))
        tickets = [Ticket(plan_id, UUID(str(run_id)), attempt) for plan_id, run_id, attempt in cursor.fetchall()]
    if tickets:
        conclude_failed(tickets, Problem("RUN_INTERRUPTED"))
    return len(tickets)
