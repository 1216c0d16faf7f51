"""A process that does what the command line would, order after order, without starting anew each time."""

import json
import sys
from collections.abc import Callable

from django.core.management import call_command
from django.db import close_old_connections

from planbridge.jobs.worker import run_worker
from planbridge.plans import lifecycle
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.recordkeepers.registry import connector_for
from planbridge.security.firm import only_firm
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind


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


ORDERS: dict[str, Callable[..., object]] = {"add_plans": add_plans, "ask": ask, "do": do}


def main() -> None:
    """Carry out the orders of standard input, one a line, and say when each is done."""
    for line in sys.stdin:
        close_old_connections()
        order, *arguments = json.loads(line)
        ORDERS[order](*arguments)
        sys.stdout.write("done\n")
        sys.stdout.flush()
