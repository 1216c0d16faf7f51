"""What happened in a demo, in plain words and as JSON, with the next steps to try."""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from planbridge.cli.proof_answer import money
from planbridge.cli.run_answer import as_json as runs_as_json
from planbridge.cli.run_answer import indented, status_text
from planbridge.cli.tables import plain_table
from planbridge.plans.models import Plan
from planbridge.sync.run import SyncRun
from planbridge.sync.run_words import counted

Answer = dict[str, Any]  # a run as JSON
PLANS_SHOWN = 20


@dataclass(frozen=True)
class SignIn:
    """The portal's address, and who may sign in there."""

    url: str
    email: str
    password: str


@dataclass
class Story:
    """What a demo did: the plans, the first Participant Sync, and both syncs after time had passed."""

    home: str
    sign_in: SignIn
    enrollment_url: str  # where participants sign in by the simulator's page
    connection: str
    simulator_url: str
    simulator_token: str
    plan_ids: list[int]
    first: list[SyncRun]
    plan_runs: list[SyncRun]
    second: list[SyncRun]
    replaced: dict[str, Any]
    seconds: float = 0.0


def story_as_json(story: Story) -> Answer:
    """The story as one JSON value."""
    return {
        "home": story.home,
        "portal": {
            "url": story.sign_in.url,
            "email": story.sign_in.email,
            "password": story.sign_in.password,
        },
        "enrollment": {"url": story.enrollment_url},
        "connection": story.connection,
        "simulator": {"url": story.simulator_url, "token": story.simulator_token},
        "plans": plan_lines(story),
        "first_participant_syncs": runs_as_json(story.first),
        "second_plan_syncs": runs_as_json(story.plan_runs),
        "second_participant_syncs": runs_as_json(story.second),
        "next": next_steps(story),
        "seconds": story.seconds,
    }


def plan_lines(story: Story) -> list[Answer]:
    """Each plan with its status, and people and dollars as they are held now."""
    plans = Plan.objects.filter(id__in=story.plan_ids).select_related("figures").order_by("id")
    return [
        {
            "plan": plan.external_plan_id,
            "name": plan.name,
            "status": plan.status.value,
            "people": plan.figures.people_count,
            "market_value": str(plan.figures.market_value_usd),
            "draft_version": plan.draft_version,
        }
        for plan in plans
    ]


def tell_story(console: Console, story: Story) -> None:
    """The story in words."""
    lines = plan_lines(story)
    total = sum((Decimal(line["market_value"]) for line in lines), Decimal(0))
    console.print(Text(f"Planbridge demo, ready after {story.seconds:.0f} seconds", style="bold"))
    console.print(
        f"{story.connection} (a simulator) was added, with {counted(len(lines), 'plan')}, "
        f"{people(sum(line['people'] for line in lines))} and ${money(f'{total:.2f}')}:"
    )
    console.print(plan_table(lines[:PLANS_SHOWN]))
    console.print(
        "Then two weeks passed at the recordkeeper: a pay period, new prices, a fund replaced in one plan, "
        "and one person's record broken. Everything was synced again:"
    )
    tell_second_sync(console, story)
    console.print(Text("\nWhere to look", style="bold"))
    console.print(f"  The portal:                   {story.sign_in.url}", soft_wrap=True)
    console.print(
        f"  Sign in there as:             {story.sign_in.email}  password {story.sign_in.password}", soft_wrap=True
    )
    console.print(f"  The Enrollment site:          {story.enrollment_url} (pick a participant)", soft_wrap=True)
    console.print(f"  The recordkeeper's own page:  {story.simulator_url}", soft_wrap=True)
    console.print(f"  Mails that were sent:         {story.simulator_url}/mails", soft_wrap=True)
    console.print(f"  Its key for the API:          {story.simulator_token}", soft_wrap=True)
    console.print(f"  Home of this demo:            {story.home} (goes when the demo ends)", soft_wrap=True)
    console.print(Text("\nTry next, in another terminal", style="bold"))
    for command in next_steps(story):
        console.print(f"  {command}", soft_wrap=True)
    console.print("\nCtrl-C stops the portal, the simulator, the worker and the database.")


def plan_table(lines: Sequence[Answer]) -> Table:
    """Plans with people and dollars."""
    table = plain_table("Plan", "Name", "Status", "People", "Dollars", right=("People", "Dollars"))
    for line in lines:
        status = str(line["status"]).replace("_", " ").capitalize()
        table.add_row(line["plan"], line["name"], status, f"{line['people']:,}", money(line["market_value"]))
    return table


def tell_second_sync(console: Console, story: Story) -> None:
    """What the syncs after the two weeks found."""
    answers = runs_as_json(story.second)
    total = {name: sum(answer[name] for answer in answers) for name in ("read", "applied", "unchanged", "rejected")}
    prices = sum(answer["prices"] for answer in answers + runs_as_json(story.plan_runs))
    console.print(
        indented(
            f"{people(total['read'])} read: {total['applied']:,} changed, {total['unchanged']:,} unchanged, "
            f"{total['rejected']:,} rejected; {counted(prices, 'price')} written."
        )
    )
    for answer in runs_as_json(story.plan_runs):
        if answer["draft"]:
            console.print(status_text("successful_with_warnings") + Text(f"  Plan {answer['plan']} has a draft"))
            why = (
                f"The recordkeeper closes fund {story.replaced['removed']} and opens {story.replaced['added']}. "
                "Participants see nothing of it until a person activates the draft."
            )
            console.print(indented(why))
    for answer in answers:
        for problem in answer["problems"]:
            if problem["participant_id"] and problem["severity"] == "error":
                console.print(status_text(answer["status"]) + Text(f"  {problem['participant_id']} was rejected"))
                console.print(indented(f"{problem['code']}: {problem['message']}"))
                console.print(indented(problem["fix"]))


def next_steps(story: Story) -> list[str]:
    """Commands that work in another terminal while the demo runs."""
    planbridge = program()
    drafts = [answer for answer in runs_as_json(story.plan_runs) if answer["draft"]]
    steps = [f"export PLANBRIDGE_HOME={story.home}", f"{planbridge} runs"]
    for answer in drafts[:1]:
        steps += [f"{planbridge} plan diff {answer['plan']}", f"{planbridge} plan activate {answer['plan']}"]
    for answer in [one for one in runs_as_json(story.second) if one["rejected"]][:1]:
        steps += [
            f"{planbridge} run show {answer['run']}",
            f"{planbridge} simulator tell {story.simulator_url} mend --plan-id {answer['plan']}",
            f"{planbridge} run retry-rejected {answer['run']} --wait",
        ]
    return steps


def program() -> str:
    """How this very Planbridge is called in another terminal."""
    own = Path(sys.argv[0]).resolve()
    if own.name != "planbridge":
        return f"{sys.executable} -m planbridge.config.entry"
    found = shutil.which("planbridge")
    return "planbridge" if found and Path(found).resolve() == own else str(own)


def people(number: int) -> str:
    """A number of people."""
    return "1 person" if number == 1 else f"{number:,} people"
