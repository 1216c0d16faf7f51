"""Measures people who enroll: `python -m benchmarks.enrollment_process URL PEOPLE [THINK_SECONDS]`; fills an empty database."""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

os.environ["DATABASE_URL"] = sys.argv[1]  # settings are read on import
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planbridge.config.settings")

import django

django.setup()

import httpx
from django.core.management import call_command
from django.utils import timezone

from planbridge.enrollment.allocation_step import ALL
from planbridge.enrollment.invitation import invitation_path, invite_to_enroll
from planbridge.enrollment.limits import known_limits
from planbridge.enrollment.number_box import box_name
from planbridge.jobs.worker import run_worker
from planbridge.participants.models import Participant
from planbridge.plans.lifecycle import activate_plan, add_plans
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.recordkeepers.connector import ListedPlan
from planbridge.security.firm import only_firm
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind
from planbridge.sync.submission import Submission

PEOPLE = int(sys.argv[2])
# People read and type: each takes so long for a page on average, a quarter of what the site says that they need.
THINK_SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 10.0
PLAN, ACTOR, OTHERS = "910001", "benchmark", 20
PROGRAM = (sys.executable, "-m", "planbridge.config.entry")
TOKEN_VARIABLE = "PLANBRIDGE_SIMULATOR_TOKEN"  # noqa: S105 - a variable's name
OK, FOUND, PAGE_SECONDS_MAX, ACCEPTED_SECONDS_MAX, START_SECONDS_MAX = 200, 302, 60.0, 120.0, 60.0
PATH, BENEFICIARY = "choose_myself", "primary-0"


@dataclass
class Measured:
    """Milliseconds by page, and what was no good answer."""

    pages: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)


@dataclass
class Phone:
    """Somebody's browser: answers pages and remembers their forms' mark."""

    client: httpx.AsyncClient
    measured: Measured
    random: Random
    form_mark: str = ""

    async def get(self, name: str, address: str) -> str:
        """Show a page."""
        return await self.ask(name, "GET", address)

    async def post(self, name: str, address: str, form: dict[str, str]) -> str:
        """Send a form."""
        return await self.ask(name, "POST", address, form | {"csrfmiddlewaretoken": self.form_mark})

    async def ask(self, name: str, method: str, address: str, form: dict[str, str] | None = None) -> str:
        """One request, measured; answers the text of a page, or where the answer leads."""
        headers = {"HX-Request": "true", "X-CSRFToken": self.form_mark} if name.endswith(" effect") else {}
        began = time.perf_counter()
        try:
            answer = await self.client.request(method, address, data=form, headers=headers)
        except httpx.HTTPError as error:
            self.measured.errors.append(f"{name}: {error!r}")
            return ""
        self.measured.pages[name].append(1000 * (time.perf_counter() - began))
        if answer.status_code not in {OK, FOUND}:
            self.measured.errors.append(f"{name}: {answer.status_code}")
        self.form_mark = value_of(answer.text, "csrfmiddlewaretoken") or self.form_mark
        return answer.text or str(answer.headers.get("Location", ""))

    async def think(self) -> None:
        """Read and type."""
        await asyncio.sleep(self.random.uniform(0.5, 1.5) * THINK_SECONDS)


def value_of(page: str, name: str) -> str:
    """The value of a hidden field of a page; empty when it is not there."""
    _, _, rest = page.partition(f'name="{name}" value="')
    return rest.partition('"')[0]


async def enroll(phone: Phone, path: str, number: int) -> None:
    """One person from the link to the receipt, each page read, an effect shown for the rate and the allocation."""
    await asyncio.sleep(phone.random.uniform(0, THINK_SECONDS))
    await phone.get("invitation", path)
    await phone.think()
    await phone.post("invitation, begin", path, {})
    await phone.get("greeting", "/enroll/greeting/")
    for slug, form in answers(number):
        await phone.get(slug, f"/enroll/{slug}/")
        await phone.think()
        if slug in {"goal", "rate", "allocation"}:
            await phone.post(f"{slug} effect", f"/enroll/{slug}/effect/", form)
        leads_to = await phone.post(f"{slug}, answer", f"/enroll/{slug}/", form)
        if not leads_to.startswith("/enroll/"):
            phone.measured.errors.append(f"{slug}: the answer was not taken")
            return
    page = await phone.get("check", "/enroll/check/")
    await phone.think()
    await phone.post("confirm", "/enroll/confirm/", {"visit": value_of(page, "visit")})
    await phone.get("receipt", "/enroll/receipt/")


def answers(number: int) -> list[tuple[str, dict[str, str]]]:
    """The answers of a person, question by question."""
    return [
        ("personal", {"first_name": "Ada", "last_name": f"Example {number}"}),
        ("goal", {"retirement_age": "66", "goal_percent": "80"}),
        ("rate", {box_name("rate", "PRE"): str(4 + number % 8), box_name("unit", "PRE"): "percent"}),
        ("path", {"path": PATH}),
        ("allocation", {"way": "same", box_name("share", ALL, "LC500"): "60", box_name("share", ALL, "BOND1"): "40"}),
        (
            "beneficiaries",
            {
                "primary-rows": "1",
                "contingent-rows": "0",
                f"{BENEFICIARY}-name": "Noor Example",
                f"{BENEFICIARY}-relationship": "child",
                f"{BENEFICIARY}-percent": "100",
                "married": "no",
            },
        ),
    ]


async def enroll_all(url: str, paths: Sequence[str]) -> Measured:
    """Everybody at once, each with a browser of their own."""
    measured = Measured()
    clients = [httpx.AsyncClient(base_url=url, timeout=PAGE_SECONDS_MAX) for _ in paths]
    async with asyncio.TaskGroup() as group:
        for number, (client, path) in enumerate(zip(clients, paths, strict=True)):
            group.create_task(enroll(Phone(client, measured, Random(number)), path, number))
    for client in clients:
        await client.aclose()
    return measured


@contextmanager
def started(folder: Path, *words: str, **more: str) -> Iterator[dict[str, str]]:
    """A command that goes on until the end; what it said first."""
    log = folder / f"{words[0]}.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*PROGRAM, *words, "--json"], stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ | more
        )
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise RuntimeError(f"{words[0]} did not start: {log.read_text()}")
            yield json.loads(line)
        finally:
            process.terminate()
            process.wait()


def wait_for_web(url: str) -> None:
    """Return when the web server answers: what is measured begins with a running one."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            httpx.get(f"{url}/enroll/signed-out/", timeout=START_SECONDS_MAX).raise_for_status()
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def bring_plan(url: str, token: str) -> Plan:
    """The plan, synced and active, with its people."""
    new = NewConnection("Example Recordkeeper", ConnectionKind.REST, {"url": url}, {"token": token})
    [plan] = add_plans(add_connection(only_firm(), new, actor=ACTOR), [ListedPlan(PLAN, "", None)], actor=ACTOR)
    sync(plan.pk, RunKind.PLAN)
    activate_plan(Plan.objects.get(pk=plan.pk), actor=ACTOR)
    sync(plan.pk, RunKind.PARTICIPANTS)
    return Plan.objects.get(pk=plan.pk)


def sync(plan_id: int, kind: RunKind) -> None:
    """A sync to its end, in this process."""
    request_syncs(list(Plan.objects.select_related("connection").filter(pk=plan_id)), kind, actor=ACTOR)
    run_worker(concurrency=1, wait=False)


def people_to_invite(plan: Plan) -> list[str]:
    """Newly hired people who have no spouse to agree: they are asked the same questions, and hold nothing yet."""
    rows = Participant.objects.filter(plan_id=plan.pk, participant_id__gt=f"{PLAN}-{OTHERS:06d}")
    alone = rows.exclude(marital_status__in=["married", "separated"])
    return list(alone.order_by("participant_id").values_list("participant_id", flat=True)[:PEOPLE])


def seconds_to_accepted() -> tuple[list[float], int]:
    """Seconds from Confirm to accepted of each change, and how many are not accepted after a while."""
    deadline = time.monotonic() + ACCEPTED_SECONDS_MAX
    while Submission.objects.filter(accepted_at=None).exists() and time.monotonic() < deadline:
        time.sleep(1)
    rows = list(Submission.objects.values_list("requested_at", "accepted_at"))
    accepted = [(end - begin).total_seconds() for begin, end in rows if end is not None]
    return accepted, len(rows) - len(accepted)


def main() -> None:
    """Fill, start, let everybody enroll, and print what was measured as JSON."""
    folder = Path(os.environ["PLANBRIDGE_HOME"])
    folder.mkdir(parents=True, exist_ok=True)
    if timezone.localdate().year not in known_limits():
        raise RuntimeError("PLANBRIDGE_LIMITS has to name a file with the limits of this year.")
    call_command("migrate", verbosity=0)
    token = secrets.token_urlsafe(18)
    size = ("--plans", "1", "--people", str(OTHERS), "--seed", "1")
    with ExitStack() as kept:
        simulator = kept.enter_context(started(folder, "simulator", "--port", "0", *size, **{TOKEN_VARIABLE: token}))
        hired = httpx.post(f"{simulator['url']}/admin/hire", json={"plan_id": PLAN, "count": 3 * PEOPLE}, timeout=60)
        hired.raise_for_status()
        plan = bring_plan(simulator["url"], token)
        people = people_to_invite(plan)
        paths = [invitation_path(one.token) for one in invite_to_enroll(plan, people, actor=ACTOR)]
        web = kept.enter_context(started(folder, "serve", "--port", "0"))
        kept.enter_context(started(folder, "worker"))
        wait_for_web(web["url"])
        load, began = os.getloadavg()[0], time.monotonic()
        measured = asyncio.run(enroll_all(web["url"], paths))
        seconds = time.monotonic() - began
        accepted, not_accepted = seconds_to_accepted()
    print(json.dumps(found(measured, accepted, not_accepted, people=len(people), load=load, seconds=seconds)))


def found(measured: Measured, accepted: list[float], not_accepted: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON values
    """What was measured, as JSON."""
    return {
        "pages": measured.pages,
        "errors": measured.errors,
        "accepted_seconds": accepted,
        "not_accepted": not_accepted,
        "think": f"{THINK_SECONDS:g} s to read and answer a page on average",
        **more,
    }


if __name__ == "__main__":
    main()
