"""What became of a task's turns, newest first: those on which it ran, and those on which it did not, with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.activity.keyset import Ordering, Page, PageAsk, read_page
from planbridge.activity.record import INSTALLATION
from planbridge.schedules.schedule import Schedule
from planbridge.schedules.task_type import OtherTask, task_type_of

NEWEST_FIRST = Ordering(("happened_at", "id"), is_descending=True)
TURNS = (Verb.SCHEDULE_RUN, Verb.SCHEDULE_NOT_RUN)


@dataclass(frozen=True)
class TurnRow:
    """One turn: when, by whom (empty: the task by itself), whether it ran, and what came of it in words."""

    happened_at: datetime
    asked_by: str
    has_run: bool
    words: str


def turn_page(schedule: Schedule, ask: PageAsk) -> Page[TurnRow]:
    """A page of a task's turns. Raises CursorInvalid."""
    entries = ActivityEntry.objects.filter(
        firm_id=schedule.firm_id, plan_id=INSTALLATION, verb__in=TURNS, detail__schedule=schedule.pk
    )
    page = read_page([entries.values("id", "happened_at", "actor", "verb", "detail")], NEWEST_FIRST, ask)
    rows = tuple(turn_of(values, schedule) for values in page.rows)
    return Page(**{one.name: getattr(page, one.name) for one in fields(page)} | {"rows": rows})


def turn_of(values: Mapping[str, Any], schedule: Schedule) -> TurnRow:
    """A row from an activity entry's columns."""
    has_run = values["verb"] == Verb.SCHEDULE_RUN
    by = "" if values["actor"] == schedule.actor else values["actor"]
    detail = values["detail"]
    return TurnRow(values["happened_at"], by, has_run, words_of(detail) if has_run else f"{detail['reason']}.")


def words_of(detail: Mapping[str, Any]) -> str:
    """What a turn asked for: 'Asked for 10 Plan Syncs, 4 of them later in the window. 2 plans waited for one already.'."""
    if detail["task_type"] == OtherTask.PLACEMENT:
        return f"Looked for new entrants in {plans_in_words(detail['plans'])}."
    syncs = task_type_of(detail["task_type"]).label
    asked = detail["plans"] - detail["already_waiting"]
    later = f", {detail['requested_later']:,} of them later in the window" if detail["requested_later"] else ""
    said = [f"Asked for {asked:,} {syncs}{'' if asked == 1 else 's'}{later}."]
    if detail["already_waiting"]:
        said.append(f"{plans_in_words(detail['already_waiting'])} waited for one already.")
    if detail.get("is_caught_up"):
        said.append("Caught up: nothing worked when it was due.")
    return " ".join(said)


def plans_in_words(count: int) -> str:
    """'1 plan', '1,200 plans'."""
    return f"{count:,} plan{'' if count == 1 else 's'}"
