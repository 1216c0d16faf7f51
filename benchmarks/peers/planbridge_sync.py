"""Planbridge itself, as a peer: a Participant Sync of all plans of a delivery, with validation, history and proof on.

Timed is the work of the batch, from its start to the commit. The delivery's Plan Sync and the request of the
Participant Sync come before.
"""

import os
import shutil
import sys
from collections import Counter
from pathlib import Path
from uuid import UUID

HOME = Path(os.environ.get("BENCHMARK_HOME", "/tmp/planbridge-benchmark"))  # noqa: S108 - only a default, overridden by the benchmark
os.environ["PLANBRIDGE_HOME"] = str(HOME)
os.environ["DATABASE_URL"] = sys.argv[2]  # settings are read on import, and the harness takes the address here
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planbridge.config.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection as database

from planbridge.plans.lifecycle import add_plans
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.recordkeepers.registry import connector_for
from planbridge.security.firm import only_firm
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind, SyncRun
from planbridge.sync.work import work_batch

INBOX = HOME / "inbox"
ACTOR = "benchmark"
JOB = 1
WAITING: list[UUID] = []


def prepare(url: str) -> None:  # noqa: ARG001 - every peer takes the address
    """Leave empty tables and an empty drop folder."""
    call_command("migrate", verbosity=0)
    with database.cursor() as cursor:
        names = database.introspection.table_names()
        own = [name for name in names if not name.startswith(("django_", "procrastinate_", "peer"))]
        cursor.execute(f"TRUNCATE {', '.join(own)} CASCADE")
    shutil.rmtree(INBOX, ignore_errors=True)
    INBOX.mkdir(parents=True)
    new = NewConnection("benchmark", ConnectionKind.FILES, {"path": str(INBOX), "profile": "canonical"})
    add_connection(only_firm(), new, actor=ACTOR)


def get_ready(url: str, folder: Path) -> None:  # noqa: ARG001 - every peer takes the address
    """Deliver, sync the plans, and ask for the Participant Sync."""
    shutil.copytree(folder, INBOX / folder.name, copy_function=os.link)
    connection = Connection.objects.get()
    if not Plan.objects.exists():
        add_plans(connection, list(connector_for(connection).list_plans()), actor=ACTOR)
    for batch_id in requested(RunKind.PLAN):
        work_batch(batch_id, JOB)
    WAITING.extend(requested(RunKind.PARTICIPANTS))


def requested(kind: RunKind) -> list[UUID]:
    """Ask for a sync of every plan; answers the batches."""
    plans = list(Plan.objects.select_related("connection"))
    runs = [run for _, run in request_syncs(plans, kind, actor=ACTOR)]
    return list(SyncRun.objects.filter(id__in=runs).values_list("batch_id", flat=True).distinct())


def run(url: str, folder: Path) -> None:  # noqa: ARG001 - every peer takes both
    """Do the Participant Sync."""
    for batch_id in WAITING:
        work_batch(batch_id, JOB)


def check() -> None:
    """Raise when a run did not go through: a fast failure is no result."""
    statuses = Counter(SyncRun.objects.values_list("status", flat=True))
    if set(statuses) != {"successful"}:
        message = f"not all runs went through: {statuses}"
        raise RuntimeError(message)
