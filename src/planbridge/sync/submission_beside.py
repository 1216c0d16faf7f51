"""A wish beside what the recordkeeper's data say now of the same thing: both are shown until they agree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from planbridge.participants.lookup import State
from planbridge.sync.submission import Submission
from planbridge.sync.submission_states import OPEN
from planbridge.sync.submission_wish import WishKind
from planbridge.sync.submission_words import ChangeWords, CodeNames, Values, value_lines, words_of_change


@dataclass(frozen=True)
class Beside:
    """A submission, its change in words, and what is held now as lines."""

    submission: Submission
    change: ChangeWords
    held: tuple[str, ...]


def pending_beside(plan_id: int, participant_id: str, person: State, names: CodeNames) -> list[Beside]:
    """What somebody has asked for and their data do not show yet, oldest first; one statement."""
    rows = Submission.objects.filter(plan_id=plan_id, participant_id=participant_id, state__in=OPEN).order_by("number")
    return [beside(one, person, names) for one in rows]


def beside(one: Submission, person: State, names: CodeNames) -> Beside:
    """A submission beside a person as participants.lookup shows them."""
    kind = WishKind(one.kind)
    held = value_lines(kind, held_now(kind, one.source, person), names)
    return Beside(one, words_of_change(one, names), held)


def held_now(kind: WishKind, source: str, person: State) -> Values | None:
    """What is held of what a wish changes; None where nothing is known."""

    def of_source(field: str) -> list[Mapping[str, Any]]:  # Any: JSON values
        return [item for item in person.get(field) or () if item["source"] == source]

    match kind:
        case WishKind.CONTRIBUTION_RATE:
            return next(iter(of_source("contribution_rates")), None)
        case WishKind.ALLOCATION:
            return known("allocations", of_source("allocations"))
        case WishKind.BALANCE_TRANSFER:
            return known("balances", of_source("balances"))
        case WishKind.OPT_OUT:
            return known("contribution_rates", person.get("contribution_rates") or ())
        case WishKind.BENEFICIARIES:
            return known("beneficiaries", person.get("beneficiaries") or ())
        case WishKind.NAME:
            return {"first_name": person.get("first_name"), "last_name": person.get("last_name")}


def known(field: str, items: Iterable[Mapping[str, Any]]) -> Values | None:
    """Items under their name; None for none."""
    found = list(items)
    return {field: found} if found else None
