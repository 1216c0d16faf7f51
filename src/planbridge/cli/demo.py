"""`planbridge demo`: the whole product with the recordkeeper simulator, in a home of its own that goes at the end."""

import json
import os
import secrets
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
import typer
from django.conf import settings
from django.urls import reverse

from planbridge.cli.demo_story import SignIn, Story, story_as_json, tell_story
from planbridge.cli.kept_process import LOOK_SECONDS, kept_web, kept_worker, wait_for_web
from planbridge.cli.output import CommandFailed, Exit, JsonOption, Output, QuietOption
from planbridge.cli.processes import start_command, stop_processes
from planbridge.cli.reaching import reach
from planbridge.cli.run_answer import as_json
from planbridge.cli.serve import PORT, free_port, local_url
from planbridge.cli.waiting import wait_for_runs
from planbridge.enrollment.provider import NewProvider, set_provider
from planbridge.plans.lifecycle import activate_plan, add_plans
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.security.firm import only_firm
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind, RunStatus, SyncRun
from planbridge.users.invite import accept_invitation, invite_first_admin

ACTOR = "demo"
CONNECTION = "Demo recordkeeper"
CLIENT_ID = "planbridge-enrollment"  # what the simulator calls the Enrollment site
MAIL_VARIABLE = "PLANBRIDGE_SMTP_URL"
TOKEN_VARIABLE = "PLANBRIDGE_SIMULATOR_TOKEN"  # noqa: S105 - a variable's name
ORDER_SECONDS_MAX = 60.0


@dataclass(frozen=True)
class RunningSimulator:
    """The simulator of a demo: its process, address and bearer key."""

    process: subprocess.Popen[str]
    url: str
    token: str

    def order(self, action: str, **details: object) -> Any:  # noqa: ANN401 - each action has its own answer
        """Have something happen at the recordkeeper; answers what did."""
        answer = httpx.post(f"{self.url}/admin/{action}", json=details, timeout=ORDER_SECONDS_MAX)
        if answer.is_error:
            raise CommandFailed(Exit.MACHINE_BROKEN, f"The simulator refused {action}: {answer.text}")
        return answer.json()


def demo(
    *,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The portal's port; 8000 or else a free one by itself.")
    ] = None,
    plans: Annotated[int, typer.Option(min=1, max=500, help="How many plans.")] = 5,
    people: Annotated[int, typer.Option(min=1, max=10_000, help="People a plan, on average.")] = 60,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show the whole product at work until Ctrl-C, in a folder that goes afterwards. Example: planbridge demo --plans 3."""
    output, began = Output(as_json, quiet), time.monotonic()
    web, processes = kept_web(demo_port(port)), list[subprocess.Popen[str]]()
    kept = [kept_worker(), web]
    try:
        simulator = start_simulator(plans, people, processes)
        for one in kept:
            one.look(time.monotonic())
        sign_in = make_admin(local_url(int(web.arguments[2])))
        story = play(simulator, sign_in, shows_progress=output.is_talkative)
        wait_for_web(sign_in.url, web)
        story.seconds = round(time.monotonic() - began, 1)
        output.answer(story_as_json(story), lambda console: tell_story(console, story))
        while True:
            time.sleep(LOOK_SECONDS)
            for one in kept:
                one.look(time.monotonic())
    except KeyboardInterrupt:
        Output(as_json=False, is_quiet=quiet or as_json).answer(None, lambda console: console.print("Stopping."))
    finally:
        stop_processes([*processes, *(one.process for one in kept if one.process)])


def demo_port(port: int | None) -> int:
    """The portal's port: the one wished for, else the usual one, else a free one. Raises CommandFailed."""
    if port is not None:
        return free_port(port)
    try:
        return free_port(PORT)
    except CommandFailed:
        return free_port(0)


def make_admin(url: str) -> SignIn:
    """A user who may do everything, with a password made up for this demo."""
    token = invite_first_admin(only_firm(), actor=ACTOR) or ""
    sign_in = SignIn(url, "demo@example.test", secrets.token_urlsafe(12))
    accept_invitation(token, name="Demo Admin", email=sign_in.email, password=sign_in.password)
    return sign_in


def start_simulator(plans: int, people: int, processes: list[subprocess.Popen[str]]) -> RunningSimulator:
    """Start the simulator, put it among the processes to stop, and wait until it answers."""
    token = secrets.token_urlsafe(18)
    # By the environment: a command line can be read by every user of the machine.
    os.environ[TOKEN_VARIABLE] = token
    options = {"--port": 0, "--plans": plans, "--people": people, "--seed": 1}
    words = [str(word) for option in options.items() for word in option]
    process = start_command(["simulator", *words, "--json"], output=subprocess.PIPE)
    processes.append(process)
    os.environ.pop(TOKEN_VARIABLE)
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise CommandFailed(Exit.MACHINE_BROKEN, "The simulator did not start; see the line above.")
    answer = json.loads(line)
    # The worker, the web server and the commands that they start send their mails there: nothing leaves this machine.
    os.environ[MAIL_VARIABLE] = answer["mail"]
    return RunningSimulator(process, answer["url"], token)


def play(simulator: RunningSimulator, sign_in: SignIn, *, shows_progress: bool) -> Story:
    """Add the recordkeeper and its plans, sync, let time pass there, sync again."""
    new = NewConnection(CONNECTION, ConnectionKind.REST, {"url": simulator.url}, {"token": simulator.token})
    connection = add_connection(only_firm(), new, actor=ACTOR)
    set_provider(connection, NewProvider(simulator.url, CLIENT_ID, simulator.token), actor=ACTOR)
    with reach(connection) as connector:
        plans = add_plans(connection, list(connector.list_plans()), actor=ACTOR)
    sync(plans, RunKind.PLAN, shows_progress=shows_progress)
    # The last plan stays as it came in, so that one is left to activate by hand.
    for plan in plans[: max(1, len(plans) - 1)]:
        activate_plan(plan, actor=ACTOR)
    first = sync(plans, RunKind.PARTICIPANTS, shows_progress=shows_progress)
    replaced = let_time_pass(simulator, plans)
    plan_runs = sync(plans, RunKind.PLAN, shows_progress=shows_progress)
    second = sync(plans, RunKind.PARTICIPANTS, shows_progress=shows_progress)
    return Story(
        home=str(settings.PLANBRIDGE_HOME),
        sign_in=sign_in,
        enrollment_url=f"{sign_in.url}{reverse('enrollment:provider', args=[connection.pk])}",
        connection=CONNECTION,
        simulator_url=simulator.url,
        simulator_token=simulator.token,
        plan_ids=[plan.id for plan in plans],
        first=first,
        plan_runs=plan_runs,
        second=second,
        replaced=replaced,
    )


def sync(plans: Sequence[Plan], kind: RunKind, *, shows_progress: bool) -> list[SyncRun]:
    """Sync plans and wait for the runs."""
    fresh = list(Plan.objects.select_related("connection").filter(id__in=[plan.id for plan in plans]).order_by("id"))
    requested = request_syncs(fresh, kind, actor=ACTOR)
    runs = wait_for_runs([run_id for _, run_id in requested], shows_progress=shows_progress)
    for failed in as_json([run for run in runs if run.status == RunStatus.ERROR]):
        why = " ".join(f"{one['code']}: {one['message']}" for one in failed["problems"])
        raise CommandFailed(Exit.RUN_FAILED, f"The {kind.label} of plan {failed['plan']} failed: {why}")
    return runs


def let_time_pass(simulator: RunningSimulator, plans: Sequence[Plan]) -> dict[str, Any]:
    """A pay period, a day of new prices, a fund replaced in the first plan, and one record broken in the last."""
    simulator.order("pay-period")
    simulator.order("price-day")
    replaced: dict[str, Any] = simulator.order("replace-fund", plan_id=plans[0].external_plan_id)
    simulator.order("break", plan_id=plans[-1].external_plan_id, kinds=["SSN_MISSING"], count=1)
    return replaced
