"""What people said of a draft, read in one statement: decisions, comments, approvals, the date, and what changed beside it."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection as database

from planbridge.plans.draft import Draft
from planbridge.plans.plan import Plan
from planbridge.plans.review import Decided, ItemComment, Said
from planbridge.plans.statements import statement

# Any below is a JSON value.


@dataclass(frozen=True)
class Approval:
    """Somebody's approval of the draft as it is."""

    by: str
    at: datetime


@dataclass(frozen=True)
class Dated:
    """The time at which the draft is to be activated by itself; `is_of_this`: it was set for the draft as it is."""

    at: datetime
    by: str
    dated_at: datetime
    is_of_this: bool


@dataclass(frozen=True)
class DraftRecord:
    """What was said of a draft; `field_changes`: field, old and new value of what applied since the live version."""

    said: Said
    approvals: tuple[Approval, ...]
    date: Dated | None
    field_changes: tuple[tuple[str, Any, Any], ...]
    is_remembered: bool

    @property
    def approvers(self) -> list[str]:
        """Who approved the draft as it is, the first of them first."""
        return [one.by for one in self.approvals]


def draft_record(plan: Plan, draft: Draft) -> DraftRecord:
    """What was said of a draft, in one statement."""
    values: dict[str, str | int | datetime | None] = {
        "plan_id": plan.id,
        "number": draft.number,
        "token": draft.token,
        "since": None if draft.live is None else draft.live.activated_at,
    }
    with database.cursor() as cursor:
        cursor.execute(statement("draft_record"), values)
        rows: list[tuple[str, str, str, str | None, str, bool]] = cursor.fetchall()
    decisions, comments, approvals, date, fields, is_remembered = rows[0]
    return DraftRecord(
        said=Said(_decisions(json.loads(decisions)), _comments(json.loads(comments))),
        approvals=tuple(Approval(one["approved_by"], _moment(one["approved_at"])) for one in json.loads(approvals)),
        date=None if date is None else _date(json.loads(date), draft),
        field_changes=tuple((field, old, new) for field, old, new in json.loads(fields)),
        is_remembered=is_remembered,
    )


def _decisions(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Decided, str]]:
    return {
        one["item"]: (Decided(one["decision"], one["decided_by"], one["decided_at"]), one["bound_to"]) for one in rows
    }


def _comments(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[ItemComment]]:
    found: dict[str, list[ItemComment]] = defaultdict(list)
    for one in rows:
        found[one["item"]].append(ItemComment(one["text"], one["commented_by"], _moment(one["commented_at"])))
    return found


def _date(row: Mapping[str, Any], draft: Draft) -> Dated:
    is_of_this = (row["number"], row["token"]) == (draft.number, draft.token)
    return Dated(_moment(row["activates_at"]), row["dated_by"], _moment(row["dated_at"]), is_of_this)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
