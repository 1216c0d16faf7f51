"""A process that does what the command line would, order after order, without starting anew each time."""

import json
import sys
import time
from collections.abc import Callable
from decimal import Decimal

from django.core.management import call_command
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from planbridge.jobs.worker import run_worker
from planbridge.plans import lifecycle
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.recordkeepers.registry import connector_for
from planbridge.security.firm import only_firm
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind
from planbridge.sync.submission import Submission
from planbridge.sync.submission_wish import rate_wish
from planbridge.sync.submissions import submit_wishes
from tests.faults.installation import PATIENCE_SECONDS


def add_plans(inbox: str) -> None:
    """Make the tables, connect the drop folder, and add each plan that lies in it."""
    call_command("migrate", verbosity=0, interactive=False)
    new = NewConnection("drop", ConnectionKind.FILES, {"path": inbox, "profile": "canonical"})
    connection = add_connection(only_firm(), new, actor="test")
    lifecycle.add_plans(connection, list(connector_for(connection).list_plans()), actor="test")


def ask(kind: str, *plans: str) -> None:
    """Ask for syncs."""
    found = Plan.objects.select_related("connection").filter(external_plan_id__in=plans)
    request_syncs(list(found), RunKind(kind), actor="test")


def do(kind: str, *plans: str) -> None:
    """Ask for syncs and do them here."""
    ask(kind, *plans)
    run_worker(concurrency=1, wait=False)


def connect(url: str, token: str) -> None:
    """Make the tables, connect a Recordkeeper API that answers slowly, add its plans and sync them."""
    call_command("migrate", verbosity=0, interactive=False)
    settings = {"url": url, "timeout_seconds": 5, "backoff_seconds": 0.05}
    new = NewConnection("rest", ConnectionKind.REST, settings, {"token": token})
    connection = add_connection(only_firm(), new, actor="test")
    plans = lifecycle.add_plans(connection, list(connector_for(connection).list_plans()), actor="test")
    run_worker(concurrency=1, wait=False)
    for kind in ("plan", "participants"):
        do(kind, *(plan.external_plan_id for plan in plans))


def submit(plan_id: str, percent: str, *people: str) -> None:
    """Let people ask for a rate, once each, waiting for a database that comes back."""
    wish = rate_wish("PRE", percent=Decimal(percent))
    deadline = time.monotonic() + PATIENCE_SECONDS
    for person in people:
        while True:
            try:
                plan = Plan.objects.get(external_plan_id=plan_id)
                if not Submission.objects.filter(plan_id=plan.pk, participant_id=person).exists():
                    submit_wishes(plan, person, [wish], actor="test", now=timezone.now())
                break
            except (OperationalError, InterfaceError):
                if time.monotonic() > deadline:
                    raise
                close_old_connections()
                time.sleep(0.1)


ORDERS: dict[str, Callable[..., object]] = {
    "add_plans": add_plans,
    "ask": ask,
    "do": do,
    "connect": connect,
    "submit": submit,
}


def main() -> None:
    """Carry out the orders of standard input, one a line, and say when each is done."""
    for line in sys.stdin:
        close_old_connections()
        order, *arguments = json.loads(line)
        ORDERS[order](*arguments)
        sys.stdout.write("done\n")
        sys.stdout.flush()
