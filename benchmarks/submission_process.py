"""Measures submissions from Confirm to accepted: `python -m benchmarks.submission_process - URL SIMULATOR TOKEN`."""

import json
import subprocess
import sys
import time
from decimal import Decimal
from statistics import median, quantiles

from django.utils import timezone

from benchmarks.peers import planbridge_sync as peer  # sets Django up
from planbridge.participants.models import Participant
from planbridge.plans.lifecycle import add_plans
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.recordkeepers.connector import ListedPlan
from planbridge.security.firm import only_firm
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind, SyncRun
from planbridge.sync.submission import Submission
from planbridge.sync.submission_states import UNDELIVERED
from planbridge.sync.submission_wish import rate_wish
from planbridge.sync.submissions import submit_wishes

PLAN, PEOPLE, SECONDS_MAX = "910001", 200, 30.0
ONE_BY_ONE = 40


def begin(url: str, token: str) -> Plan:
    """A plan of the simulator, not synced yet."""
    peer.prepare("")
    new = NewConnection("simulator", ConnectionKind.REST, {"url": url}, {"token": token})
    plan = add_plans(
        add_connection(only_firm(), new, actor="benchmark"), [ListedPlan(PLAN, "", None)], actor="benchmark"
    )
    return plan[0]


def wait_for_syncs() -> None:
    """Return when all syncs went through."""
    deadline = time.monotonic() + SECONDS_MAX
    while SyncRun.objects.exclude(status="successful").exists():
        if time.monotonic() > deadline:
            raise TimeoutError(list(SyncRun.objects.values_list("kind", "status")))
        time.sleep(0.2)


def submit(plan: Plan, person: str, percent: int) -> None:
    """Somebody confirms another rate."""
    wish = rate_wish("PRE", percent=Decimal(percent))
    submit_wishes(plan, person, [wish], actor="benchmark", now=timezone.now())


def wait_until_delivered() -> None:
    """Return when nothing is on its way any more."""
    deadline = time.monotonic() + SECONDS_MAX
    while Submission.objects.filter(state__in=UNDELIVERED).exists():
        if time.monotonic() > deadline:
            raise TimeoutError(list(Submission.objects.values_list("state", flat=True)))
        time.sleep(0.02)


def seconds_to_accepted() -> dict[str, float]:
    """Seconds from Confirm to accepted of all submissions, at the median and of 95 in 100; then they are forgotten."""
    rows = Submission.objects.filter(state="accepted").values_list("requested_at", "accepted_at")
    seconds = [(accepted - asked).total_seconds() for asked, accepted in rows if accepted]
    Submission.objects.all().delete()
    return {"count": len(seconds), "p50": median(seconds), "p95": quantiles(seconds, n=20)[-1]}


def main() -> None:
    """Measure one after the other, and all at once."""
    plan = begin(*sys.argv[3:5])
    worker = subprocess.Popen([sys.executable, "-m", "planbridge.config.entry", "worker", "--quiet"])
    try:
        for kind in (RunKind.PLAN, RunKind.PARTICIPANTS):
            request_syncs([Plan.objects.select_related("connection").get(pk=plan.pk)], kind, actor="benchmark")
            wait_for_syncs()
        people = people_of(plan)
        for person in people[:ONE_BY_ONE]:
            submit(plan, person, 7)
            wait_until_delivered()
        single = seconds_to_accepted()
        for person in people:
            submit(plan, person, 8)
        wait_until_delivered()
        print(json.dumps({"single": single, "together": seconds_to_accepted()}))
    finally:
        worker.terminate()
        worker.wait(30)


def people_of(plan: Plan) -> list[str]:
    """The ids of the plan's people, at most PEOPLE of them."""
    found = Participant.objects.filter(plan_id=plan.pk).order_by("participant_id")
    return list(found.values_list("participant_id", flat=True)[:PEOPLE])


if __name__ == "__main__":
    main()
