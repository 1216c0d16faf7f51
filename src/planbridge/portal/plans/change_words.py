"""What changed in a plan, in words: fields of a run's proof, and funds of a lineup."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from planbridge.plans.changes import ChangeKind, LineupChange
from planbridge.plans.pinned_terms import CONTACTS, PROVISION_PLACES, PROVISIONS
from planbridge.portal.firm_time import day_text
from planbridge.portal.plans.field_words import BY_FIELD, code_text, value_lines, words_of

LINEUP_WORDS = {
    ChangeKind.ADDED: "Added",
    ChangeKind.REMOVED: "Removed",
    ChangeKind.CLOSED: "Closed",
    ChangeKind.FROZEN: "Frozen",
    ChangeKind.REOPENED: "Open again",
    ChangeKind.MAPPED: "Mapped",
    ChangeKind.RENAMED: "Renamed",
    ChangeKind.SHARE_CLASS: "Share class",
    ChangeKind.EXPENSE: "Expense",
    ChangeKind.ASSET_CLASS: "Asset class",
    ChangeKind.DEFAULT: "Default investment",
}
OTHER_FIELDS = {
    "status": "Status at the recordkeeper",
    "sources": "Sources",
    "lineup.effective_date": "Lineup effective from",
}

CODES = frozenset({ChangeKind.CLOSED, ChangeKind.FROZEN, ChangeKind.REOPENED, ChangeKind.ASSET_CLASS})
DAYS = frozenset({"lineup.effective_date"})


@dataclass(frozen=True)
class Change:
    """One change: what, and before and after in words (empty: there was or is nothing)."""

    label: str
    before: str
    after: str


def changes_of_proof(proof: Mapping[str, Any] | None) -> list[Change]:
    """What a Plan Sync changed, by the proof of its run: fields first, then funds."""
    if not proof:
        return []
    fields = [
        change for one in proof.get("fields", []) for change in field_changes(one["field"], one["old"], one["new"])
    ]
    lineup = [
        LineupChange(ChangeKind(one["change"]), one["fund"], one["before"], one["after"])
        for one in proof.get("lineup", [])
    ]
    return [*fields, *map(lineup_change, lineup)]


def is_first_reading(proof: Mapping[str, Any] | None) -> bool:
    """Whether a Plan Sync brought the plan for the first time: before it there was no name, and none comes without."""
    return any(one["field"] == "name" and not one["old"] for one in (proof or {}).get("fields", []))


def lineup_change(change: LineupChange) -> Change:
    """A change of a fund."""
    before, after = (fund_text(change.kind, one) for one in (change.before, change.after))
    return Change(f"{LINEUP_WORDS[change.kind]}: {change.fund}", before, after)


def fund_text(kind: ChangeKind, text: str) -> str:
    """What a fund says where a change shows it: its expense with the unit, status and asset class in words."""
    if not text:
        return ""
    if kind is ChangeKind.EXPENSE:
        return f"{text} %"
    return code_text(text) if kind in CODES else text


def field_changes(field: str, old: Any, new: Any) -> Iterator[Change]:  # noqa: ANN401 - any JSON values
    """The changes of one field of the document; a group of provisions and the contacts part by part."""
    for place, before, after in parts_of(field, old, new):
        if before != after:
            yield Change(label_of(place), text_of(place, before), text_of(place, after))


def edit_text(field: str, old: Any, new: Any) -> str:  # noqa: ANN401 - any JSON values
    """An edit in one line: 'Phone: before → after', or that the field was pinned as it was."""
    before, after = text_of(field, old) or "nothing", text_of(field, new) or "nothing"
    said = f"{before}, as it was" if before == after else f"{before} → {after}"
    return f"{label_of(field)}: {said}"


def parts_of(field: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - any JSON values
    """The places within a field that the page shows by themselves, each with its two values."""
    if field == "contacts":
        roles = dict.fromkeys(one["role"] for one in [*(new or []), *(old or [])])
        for role in roles:
            before, after = ([one for one in value or [] if one["role"] == role] for value in (old, new))
            yield f"{CONTACTS}{role}", before, after
    elif field.startswith(PROVISIONS) and field not in PROVISION_PLACES:
        for place in PROVISION_PLACES:
            if place.startswith(f"{field}."):
                name = place.removeprefix(f"{field}.")
                yield place, (old or {}).get(name), (new or {}).get(name)
    else:
        yield field, old, new


def label_of(place: str) -> str:
    """What a place is called on the page."""
    if place.startswith(CONTACTS):
        return f"Contact, {words_of(place).label.lower()}"
    return BY_FIELD[place].label if place in BY_FIELD else OTHER_FIELDS.get(place, code_text(place))


def text_of(place: str, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """A value in one line."""
    if place == "sources":
        return ", ".join(one["name"] or one["source"] for one in value or [])
    if place in DAYS:
        return day_text(value) if value else ""
    if place.startswith(CONTACTS) or place in BY_FIELD:
        return "; ".join(value_lines(words_of(place), value))
    return str(value or "")
