"""Measures a review in this process: `python -m benchmarks.review_process URL`; fills an empty database."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median

os.environ["DATABASE_URL"] = sys.argv[1]  # settings are read on import
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planbridge.config.settings")

import django

django.setup()

import psutil
from django.core.management import call_command
from django.db import connection as database
from django.db import transaction
from django.test import Client
from django.urls import reverse

from benchmarks.portal_data import LARGE_PLAN, Size, fill
from benchmarks.portal_process import cpu_seconds
from benchmarks.portal_review import THIRD, draft_to_review
from benchmarks.portal_scene import users_to_ask
from planbridge.participants.fund_holders import activation_facts, refresh_fund_holders
from planbridge.plans.lifecycle import activate_plan, map_funds
from planbridge.plans.models import Plan

# Of two plans the first gets every person of an even number, so half.
SIZE, PEOPLE, SMALL_PLAN, SMALL_PEOPLE, TIMES = Size(plans=2, people=100_000, runs=200), 50_000, 2, 5, 15
SPREAD = Path(__file__).parent / "portal_sql" / "spread_holdings.sql"


def prepare() -> None:
    """A plan of 50,000 people and one of five, whose holdings are spread over forty funds, each with the draft."""
    call_command("migrate", verbosity=0)
    fill(SIZE)
    with database.cursor() as cursor:
        cursor.execute(SPREAD.read_text(encoding="utf-8"), {"small_plan": SMALL_PLAN, "people": SMALL_PEOPLE})
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT count(*) FROM holding WHERE plan_id = %s", [LARGE_PLAN])
        assert cursor.fetchone() == (PEOPLE,)
    for number in (LARGE_PLAN, SMALL_PLAN):
        plan = Plan.objects.get(pk=number)
        draft_to_review(plan)
        refresh_fund_holders([plan.pk])
        map_funds(plan, {f"F{fund}": "" for fund in range(1, THIRD + 1)}, actor="benchmark")


def timed(*acts: Callable[[], None]) -> list[dict[str, float]]:
    """Milliseconds that pass at the median, and of both processes' work on average, of acts that take turns."""
    server = psutil.Process(database.connection.info.backend_pid)
    wall: list[list[float]] = [[] for _ in acts]
    work: list[list[float]] = [[] for _ in acts]
    for turn in range(TIMES + 1):  # the first one warms up
        for number, act in enumerate(acts):
            before, started = cpu_seconds(server), time.perf_counter()
            act()
            if turn:
                wall[number].append(1000 * (time.perf_counter() - started))
                work[number].append(1000 * (cpu_seconds(server) - before))
    return [{"wall": median(passed), "cpu": mean(worked)} for passed, worked in zip(wall, work, strict=True)]


def activating(number: int) -> Callable[[], None]:
    """Activates a plan as the page does, and takes it back."""

    def act() -> None:
        plan = Plan.objects.get(pk=number)
        with transaction.atomic():
            facts = activation_facts(plan)
            activate_plan(plan, actor="benchmark", facts=facts, accepts_rest=True)
            transaction.set_rollback(True)

    return act


def main() -> None:
    """Measure, print as JSON."""
    prepare()
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(users_to_ask()[0])
    address = reverse("plans:draft", args=[LARGE_PLAN])

    def page() -> None:
        assert client.get(address).status_code == 200

    activations = timed(activating(LARGE_PLAN), activating(SMALL_PLAN))
    found = {
        "counting_ms": timed(lambda: refresh_fund_holders([LARGE_PLAN]))[0],
        "page_ms": timed(page)[0],
        "activation_ms": activations[0],
        "small_activation_ms": activations[1],
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
