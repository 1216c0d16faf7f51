"""The tabs of a run's page: what each shows, read only for the tab that is open."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import QueryDict

from planbridge.activity.keyset import Page
from planbridge.participants.run_changes import ChangeFilter, PersonChanges, changed_fields, changes_page
from planbridge.portal.people.change_words import array_in_words, array_text, field_text, item_in_words, value_in_words
from planbridge.portal.plans.change_words import changes_of_proof
from planbridge.portal.table import page_ask, shown_text
from planbridge.sync.run import RunKind, SyncRun
from planbridge.sync.run_page import (
    ProblemGroup,
    ProblemRow,
    problems_page,
    proof_lines,
    rejected_records,
    requests_of,
    would_change,
)
from planbridge.sync.run_proof import is_of_changes, proof_rows
from planbridge.sync.run_task import task_text

WOULD_CHANGE_SHOWN = 100


class Tab(StrEnum):
    """The tabs, in their order."""

    PROBLEMS = "problems"
    CHANGES = "changes"
    PROOF = "proof"
    REQUESTS = "requests"
    TASK = "task"


@dataclass(frozen=True)
class ChangeLine:
    """One field with its values before and after, as text; without a person it is the plan's."""

    participant_id: str
    name: str
    field: str
    before: str
    after: str


def tab_of(query: QueryDict, run: SyncRun, groups: list[ProblemGroup]) -> Tab:
    """The tab that an address names; else the first that says something."""
    name = query.get("tab", "")
    if name in set(Tab):
        return Tab(name)
    if groups:
        return Tab.PROBLEMS
    return Tab.CHANGES if run.applied else Tab.PROOF if proof_lines(run) else Tab.TASK


def tab_context(tab: Tab, run: SyncRun, query: QueryDict, groups: list[ProblemGroup]) -> dict[str, Any]:
    """What the template of a tab shows. Raises CursorInvalid."""
    return READERS[tab](run, query, groups)


def problems_context(run: SyncRun, query: QueryDict, groups: list[ProblemGroup]) -> dict[str, Any]:
    """The groups; of one code, a page of its people with their records as delivered."""
    group = next((one for one in groups if one.code == query.get("code")), None)
    if group is None:
        return {}
    page: Page[ProblemRow] = problems_page(run, page_ask(query), code=group.code)
    rejected = rejected_records(run, [row.participant_id for row in page.rows if row.participant_id])
    records = {
        one: (json.dumps(row.record, indent=2, ensure_ascii=False), row.resolved_by_run)
        for one, row in rejected.items()
    }
    return {"group": group, "page": page, "records": records, "shown": shown_text(page, "problems")}


def changes_context(run: SyncRun, query: QueryDict, _: list[ProblemGroup]) -> dict[str, Any]:
    """What the run changed: of people or of the plan; of a dry run, what it would have."""
    if run.kind == RunKind.PLAN:
        return {"lines": [ChangeLine("", "", one.label, one.before, one.after) for one in changes_of_proof(run.proof)]}
    if run.is_dry_run:
        would = would_change(run, rows_max=WOULD_CHANGE_SHOWN)
        total = len((run.proof or {}).get("would_change", []))
        return {"lines": [line for one in would for line in would_lines(one)], "would_change": total}
    wanted = query.get("field", "")
    page = changes_page(run.plan_id, run.id, ChangeFilter(field=wanted), page_ask(query), in_words=item_in_words)
    return {
        "lines": [line for person in page.rows for line in person_lines(person, wanted)],
        "page": page,
        "shown": shown_text(page, "changed records"),
        "changed_fields": [
            (one.field, array_text(one.field), one.people_count) for one in changed_fields(run.plan_id, run.id)
        ],
        "field": wanted,
    }


def person_lines(person: PersonChanges, wanted: str) -> list[ChangeLine]:
    """The changed fields of one person, all or those of the field asked for ("balances.units": all balances)."""
    beginning = wanted.partition(".")[0]
    own = [one for one in person.changes if not wanted or one.field.partition(".")[0] == beginning]
    return [
        ChangeLine(
            person.participant_id,
            person.name,
            field_text(one.field),
            value_in_words(one.field, one.old),
            value_in_words(one.field, one.new),
        )
        for one in own
    ]


def would_lines(one: dict[str, Any]) -> list[ChangeLine]:
    """What a dry run would change of one person."""
    found = []
    for field, value in one["changes"].items():
        before, after = (array_in_words(field, each) for each in as_pair(value))
        found.append(ChangeLine(one["participant_id"], "", array_text(field), before, after))
    return found


def as_pair(value: object) -> tuple[object, object]:
    """A change as old and new; of a new person there is only the new value."""
    return (value[0], value[1]) if isinstance(value, list) and len(value) == len(("old", "new")) else (None, value)


def proof_context(run: SyncRun, _: QueryDict, __: list[ProblemGroup]) -> dict[str, Any]:
    """The proof line by line, and where the people read went."""
    proof, rows = run.proof or {}, proof_rows(run)
    return {
        "rows": rows,
        "people": proof.get("people"),
        "has_totals": bool(proof.get("control_totals")),
        "is_of_changes": is_of_changes(run),
    }


def requests_context(run: SyncRun, _: QueryDict, __: list[ProblemGroup]) -> dict[str, Any]:
    """The requests to the recordkeeper."""
    return {"requests": requests_of(run), "request_count": len(run.requests)}


def task_context(run: SyncRun, _: QueryDict, __: list[ProblemGroup]) -> dict[str, Any]:
    """The task as text."""
    return {"task": task_text(run)}


READERS: dict[Tab, Callable[[SyncRun, QueryDict, list[ProblemGroup]], dict[str, Any]]] = {
    Tab.PROBLEMS: problems_context,
    Tab.CHANGES: changes_context,
    Tab.PROOF: proof_context,
    Tab.REQUESTS: requests_context,
    Tab.TASK: task_context,
}
