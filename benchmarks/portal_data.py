"""Fills an empty database with what the portal is to be fast at: 10,000 plans, 1,000,000 people, 1,000,000 entries."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection as database
from django.db import transaction
from psycopg.types.json import Jsonb

from benchmarks.documents import FUNDS, plan_document
from planbridge.plans.content import lineup_as_json
from planbridge.plans.investment_paths import first_paths, paths_as_json
from planbridge.plans.models import Plan
from planbridge.plans.terms import Fund, Lineup
from planbridge.recordkeepers.connection import Connection
from planbridge.security.firm import Firm, only_firm
from planbridge.security.ssn import index_ssns, seal_ssns
from planbridge.sync.plan_figures import EndedRun, measure_plans, note_ended_runs
from planbridge.sync.run import RunKind, SyncRun

FOLDER = Path(__file__).parent / "portal_sql"
ORDER = [
    "plans",
    "versions",
    "lineups",
    "people",
    "holdings",
    "prices",
    "runs",
    "proof",
    "activity",
    "findings",
    "quarantine",
    "changes",
]
AS_OF = "2026-11-20T22:00:00Z"
PEOPLE_A_COPY = 50_000
LARGE_PLAN = 1
LARGE_PLAN_SHARE = 20  # one person in so many is in the large plan


@dataclass(frozen=True)
class Size:
    """How much there is to be."""

    plans: int = 10_000
    people: int = 1_000_000
    runs: int = 952_000  # with one more entry for every twentieth: a million entries


def fill(size: Size) -> None:
    """Write everything in one transaction a table, and let the planner count it."""
    firm = only_firm()
    connection_ids = [
        Connection.objects.create(firm=firm, name=name, kind="files").pk for name in ("Relius", "OmniPlus", "Example")
    ]
    funds = tuple(Fund(f"F{number}", f"Example Fund {number} Class R6") for number in range(1, 21))
    parameters: dict[str, Any] = {
        "paths": Jsonb(paths_as_json(first_paths(has_default_investment=False))),
        "lineup": Jsonb(lineup_as_json(Lineup(funds))),
        "firm_id": firm.pk,
        "connection_ids": connection_ids,
        "plans": size.plans,
        "runs": size.runs,
        "document": plan_document(
            "900001", revision="1", as_of=AS_OF, prices=["10.5"] * len(FUNDS), price_date=AS_OF[:10]
        ),
    }
    with database.cursor() as cursor:
        for name in ORDER:
            started = time.perf_counter()
            with transaction.atomic():
                if name == "people":
                    seal_people(size)
                cursor.execute((FOLDER / f"{name}.sql").read_text(encoding="utf-8"), parameters)
            print(f"{name}: {time.perf_counter() - started:.1f} s", flush=True)
        cursor.execute("DROP TABLE seed_person")
        cursor.execute("SELECT setval(pg_get_serial_sequence('plan', 'id'), (SELECT max(id) FROM plan))")
        cursor.execute("VACUUM ANALYZE")
    another_firm()
    measure_plans(list(Plan.objects.values_list("pk", flat=True)))
    for kind in RunKind:
        newest = SyncRun.objects.filter(kind=kind).order_by("plan_id", "-requested_at").distinct("plan_id")
        note_ended_runs([EndedRun(*run) for run in newest.values_list("plan_id", "id")])
    with database.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE plan_figures")


def another_firm() -> None:
    """A second firm with one plan, so that no statement can be fast by there being one."""
    firm = Firm.objects.create(name="Another firm")
    connection = Connection.objects.create(firm=firm, name="Relius", kind="files")
    Plan.objects.create(firm=firm, connection=connection, external_plan_id="1", name="Another plan")


def seal_people(size: Size) -> None:
    """A passing table of people: number, plan, id, sealed SSN and its index."""
    with database.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE seed_person (number bigint, plan_id bigint, participant_id text, ssn_sealed bytea, ssn_index bytea)"
        )
        for start in range(0, size.people, PEOPLE_A_COPY):
            people = list(people_of(size, start, min(start + PEOPLE_A_COPY, size.people)))
            seals = seal_ssns((plan, person, ssn) for _, plan, person, ssn in people)
            indexes = index_ssns(ssn for *_, ssn in people)
            with cursor.copy("COPY seed_person FROM STDIN") as copy:
                for (number, plan, person, _), seal, index in zip(people, seals, indexes, strict=True):
                    copy.write_row((number, plan, person, seal, index))


def people_of(size: Size, start: int, end: int) -> Iterator[tuple[int, int, str, str]]:
    """Number, plan, id and SSN of people."""
    for number in range(start, end):
        plan = LARGE_PLAN if number % LARGE_PLAN_SHARE == 0 else 1 + number % size.plans
        yield number, plan, f"{plan}-{number:07}", f"900{10 + number // 10_000 % 90:02}{1 + number % 9_999:04}"
