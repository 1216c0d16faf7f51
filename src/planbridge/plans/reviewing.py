"""A plan's draft as a review: read with what people said of it, as JSON, and remembered as somebody saw it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection as database
from django.utils import timezone

from planbridge.plans.changes import ChangeKind, LineupChange, lineup_changes
from planbridge.plans.content import Content, content_as_json, content_from_json
from planbridge.plans.draft import Draft, waiting_draft
from planbridge.plans.draft_record import DraftRecord, draft_record
from planbridge.plans.draft_review import PlanReview
from planbridge.plans.holders import FundHolders
from planbridge.plans.path_changes import mapping_changes, path_changes, place_words
from planbridge.plans.plan import Plan
from planbridge.plans.review import Choice, ItemComment, Review, ReviewGroup, ReviewItem, with_what_was_said
from planbridge.plans.review_items import Sides, items_of
from planbridge.plans.statements import statement

REVIEWS_KEPT = 20


@dataclass(frozen=True)
class Moved:
    """A difference between the draft that was reviewed and the draft as it is; texts are empty where there is nothing."""

    subject: str
    before: str
    after: str


def review_of(plan: Plan, holders: Mapping[str, FundHolders]) -> Review | None:
    """What waits, item by item, with decisions and comments; None when no draft waits. Four statements."""
    draft = waiting_draft(plan)
    return None if draft is None else review_of_draft(plan, draft, holders)


def review_of_draft(
    plan: Plan, draft: Draft, holders: Mapping[str, FundHolders], *, record: DraftRecord | None = None
) -> Review:
    """The review of a draft that is read already, and of its record where that is."""
    known = draft_record(plan, draft) if record is None else record
    said = known.said
    sides = Sides(
        theirs=draft.version.theirs,
        live=draft.live.content if draft.live else None,
        theirs_then=draft.live.theirs if draft.live else None,
        draft=draft.content,
        edits=draft.version.edits,
        conflicts=draft.conflicts,
        holders=holders,
        is_default_closed=plan.is_default_path_closed,
    )
    items = [*items_of(sides), *_provision_items(known)]
    return Review(
        number=draft.number,
        token=draft.token,
        live_number=None if draft.live is None else draft.live.number,
        items=tuple(with_what_was_said(items, said, holders)),
        comments=tuple(said.comments.get("", ())),
    )


def remember_review(plan: Plan, draft: Draft, *, actor: str) -> None:
    """Keep what somebody is shown of a draft, so that activating it can tell what moved since; the latest 20 stay."""
    values: dict[str, str | int | datetime] = {
        "plan_id": plan.id,
        "number": draft.number,
        "token": draft.token,
        "content": json.dumps(content_as_json(draft.content)),
        "seen_by": actor,
        "seen_at": timezone.now(),
        "others_kept": REVIEWS_KEPT - 1,
    }
    with database.cursor() as cursor:
        cursor.execute(statement("remember_review"), values)


def moved_since(plan: Plan, seen: str, draft: Draft | None) -> list[Moved]:
    """What moved in a draft since somebody saw it; empty when what was seen is not remembered."""
    row = PlanReview.objects.filter(plan_id=plan.id, token=seen).first()
    if row is None:
        return []
    if draft is None:
        return [Moved("The draft", "waited", "")]
    return content_moves(content_from_json(row.content), draft.content)


def content_moves(before: Content | None, after: Content) -> list[Moved]:
    """Every difference between two contents, in words."""
    funds = [
        Moved(f"{one.fund}: {one.kind.value.replace('_', ' ')}", *fund_words(one))
        for one in lineup_changes(before.lineup if before else None, after.lineup)
    ]
    paths = [Moved(place_words(one.place), one.before, one.after) for one in path_changes(before, after)]
    return funds + paths + [Moved(one.place, one.before, one.after) for one in mapping_changes(before, after)]


def fund_words(change: LineupChange) -> tuple[str, str]:
    """What a fund said before and says after: an expense with its unit, a code without underlines."""
    if change.kind is ChangeKind.EXPENSE:
        return expense_words(change.before), expense_words(change.after)
    if change.kind is ChangeKind.ASSET_CLASS:
        return change.before.replace("_", " "), change.after.replace("_", " ")
    return change.before, change.after


def expense_words(percent: str) -> str:
    """'0.12 %'; nothing where nothing is known."""
    return percent and f"{percent} %"


def review_as_json(review: Review) -> dict[str, Any]:
    """A review as the portal and the API give it."""
    return {
        "draft_version": review.number,
        "live_version": review.live_number,
        "token": review.token,
        "decided": review.decided_count,
        "of": review.of_count,
        "items": [item_as_json(one) for one in review.items],
        "comments": [_comment(one) for one in review.comments],
    }


def item_as_json(one: ReviewItem) -> dict[str, Any]:
    """One item as JSON."""
    decided = one.decided
    return {
        "item": one.item,
        "group": one.group.value,
        "change": one.word,
        "fund": one.fund or None,
        "name": one.name or None,
        "recordkeeper": one.recordkeeper,
        "live": one.live,
        "draft": one.draft,
        "people": one.people_count,
        "money_usd": None if one.money_usd is None else str(one.money_usd),
        "place": one.place or None,
        "is_conflict": one.conflict is not None,
        "mapped_to": one.mapped_to,
        "choices": [choice.value for choice in one.choices],
        "needs_decision": one.needs_decision,
        "decision": None if decided is None else {"decision": decided.choice, "by": decided.by, "at": decided.at},
        "state": one.state,
        "comments": [_comment(each) for each in one.comments],
    }


def _comment(one: ItemComment) -> dict[str, Any]:
    return {"text": one.text, "by": one.by, "at": one.at.isoformat()}


def _provision_items(record: DraftRecord) -> Iterator[ReviewItem]:
    """Fields and provisions that applied at once since the live version was activated: to know, not to decide."""
    first: dict[str, Any] = {}  # Any: JSON values
    last: dict[str, Any] = {}
    for field, old, new in record.field_changes:
        first.setdefault(field, old)
        last[field] = new
    for field, value in last.items():
        if first[field] != value:
            yield ReviewItem(
                field if field.startswith("provisions.") else f"fields.{field}",
                ReviewGroup.PROVISIONS,
                field,
                live=value_words(first[field]),
                draft=value_words(value),
                recordkeeper=value_words(value),
                choices=(Choice.SEEN,),
                needs_decision=False,
            )


def value_words(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """A JSON value as text that can be read."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')} {value_words(one)}" for name, one in value.items() if one != "")
    if isinstance(value, list):
        return "; ".join(value_words(one) for one in value)
    return str(value)
