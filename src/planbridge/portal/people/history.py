"""What changed of a person, field by field, newest first, each with the run that changed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from planbridge.participants.lookup import change_lines
from planbridge.portal.page import render_page
from planbridge.portal.people.change_words import field_text, item_in_words, value_in_words
from planbridge.portal.people.person import find_person, person_head
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right

PAGE, LIST = "portal/people/history.html", "portal/people/history_list.html"
LINES_A_PAGE = 100


@dataclass(frozen=True)
class ChangeLine:
    """One field before and after."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class RunChanges:
    """What one run changed of the person."""

    at: datetime
    run_id: str
    lines: list[ChangeLine]


def runs_of(lines: Sequence[Mapping[str, Any]]) -> list[RunChanges]:
    """Lines of the history, run by run."""
    return [
        RunChanges(
            at,
            run_id,
            [change_line(line["field"], line["old"], line["new"]) for line in group],
        )
        for (at, run_id), group in groupby(lines, key=lambda line: (line["at"], line["run"]))
    ]


def change_line(field: str, old: object, new: object) -> ChangeLine:
    """A line of the history in words."""
    return ChangeLine(field_text(field), value_in_words(field, old), value_in_words(field, new))


def begins_at(text: str) -> int:
    """The place of the first line that an address asks for."""
    return int(text) if text.isdecimal() and len(text) < len(str(10**9)) else 0


@needs(Right.SEE_PLANS)
@require_safe
def history(request: PortalRequest, plan_id: int, participant_id: str) -> HttpResponseBase:
    """The history of all fields, or of one."""
    plan = find_plan(request, plan_id)
    person, _ = find_person(plan, participant_id)
    lines = change_lines(plan.pk, participant_id, in_words=item_in_words)
    fields = sorted({line["field"].partition(".")[0] for line in lines}, key=field_text)
    field = request.GET.get("field", "")
    wanted = [line for line in lines if not field or line["field"].partition(".")[0] == field]
    first = begins_at(request.GET.get("after", "") or request.GET.get("before", ""))
    last = min(first + LINES_A_PAGE, len(wanted))
    context = person_head(request, plan, participant_id, person) | {
        "runs": runs_of(wanted[first:last]),
        "fields": [(one, field_text(one)) for one in fields],
        "field": field,
        "shown": f"{first + 1:,} to {last:,} of {len(wanted):,} changes",
        "previous": str(max(0, first - LINES_A_PAGE)) if first else "",
        "next": str(last) if last < len(wanted) else "",
    }
    response = render_page(request, PAGE, context, part=LIST)
    response.headers["Cache-Control"] = "no-store"
    return response
