"""Reconcile: the proof that what was read is what the recordkeeper says it sent, and where every person went."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import ControlTotals

NOTHING = Decimal(0)
Line = dict[str, str | None]


@dataclass(frozen=True)
class ReadTotals:
    """What was read of one plan: distinct people, dollars, dollars by source, (units, dollars) by fund."""

    participants: int
    market_value: Decimal
    by_source: dict[str, Decimal]
    by_fund: dict[str, tuple[Decimal, Decimal]]


NOTHING_READ = ReadTotals(0, NOTHING, {}, {})


@dataclass(frozen=True)
class PeopleCounts:
    """Where the people read went: each is in exactly one of the four."""

    applied: int = 0
    unchanged: int = 0
    rejected: int = 0
    held: int = 0

    @property
    def read(self) -> int:
        """Distinct people read."""
        return self.applied + self.unchanged + self.rejected + self.held


def differences(totals: ControlTotals, read: ReadTotals) -> list[Problem]:
    """TOTALS_DIFFER for each control total that is not what was read."""
    found = []
    if totals.participants != read.participants:
        found.append(difference("participants", Decimal(totals.participants), Decimal(read.participants), "people"))
    if totals.market_value != read.market_value:
        found.append(difference("market_value", totals.market_value, read.market_value, "dollars"))
    for source in sorted(totals.by_source.keys() | read.by_source.keys()) if totals.by_source else ():
        theirs, ours = totals.by_source.get(source, NOTHING), read.by_source.get(source, NOTHING)
        if theirs != ours:
            found.append(difference(f"by_source.{source}", theirs, ours, "dollars"))
    for fund in sorted(totals.by_fund.keys() | read.by_fund.keys()) if totals.by_fund else ():
        their_units, theirs = totals.by_fund.get(fund, (NOTHING, NOTHING))
        our_units, ours = read.by_fund.get(fund, (NOTHING, NOTHING))
        if their_units != our_units:
            found.append(difference(f"by_fund.{fund}.units", their_units, our_units, "units"))
        if theirs != ours:
            found.append(difference(f"by_fund.{fund}.market_value", theirs, ours, "dollars"))
    return found


def difference(field: str, theirs: Decimal, ours: Decimal, unit: str) -> Problem:
    """One TOTALS_DIFFER."""
    detail = f"Recordkeeper {spoken(theirs)}, read {spoken(ours)}, difference {spoken(theirs - ours)} {unit}."
    return Problem("TOTALS_DIFFER", field=field, detail=detail)


def spoken(number: Decimal) -> str:
    """A number in a sentence, without the zeros that only its scale gives it."""
    return f"{number.normalize():,f}"


def proof_of(
    totals: ControlTotals | None, read: ReadTotals, rejected: ReadTotals, counts: PeopleCounts, *, is_complete: bool
) -> dict[str, Any]:
    """The proof as JSON, in the short form in which it is kept; `full_proof` spells it out.

    `is_complete`: everybody was read; where only changes were, totals and read are not the same people's, and there is
    no difference between them.
    """
    theirs = totals or UNSAID

    def line(said: Decimal | None, ours: Decimal, lost: Decimal | None) -> str | Line:
        if said == ours and is_complete and not lost:  # as nearly always: one number says it all
            return plain(ours)
        return proof_line(said, ours, lost, is_compared=is_complete)

    return {
        "control_totals": totals is not None,
        "complete": is_complete,
        "people": {
            "recordkeeper": None if totals is None else totals.participants,
            "read": counts.read,
            "applied": counts.applied,
            "unchanged": counts.unchanged,
            "rejected": counts.rejected,
            "held": counts.held,
        },
        "market_value": proof_line(
            None if totals is None else totals.market_value,
            read.market_value,
            rejected.market_value,
            is_compared=is_complete,
        ),
        "by_source": [
            [source, line(theirs.by_source.get(source), value, rejected.by_source.get(source))]
            for source, value in sorted(read.by_source.items())
        ],
        "by_fund": [
            [
                fund,
                line(theirs.by_fund.get(fund, NOT_SAID)[0], units, rejected.by_fund.get(fund, NONE_LOST)[0]),
                line(theirs.by_fund.get(fund, NOT_SAID)[1], dollars, rejected.by_fund.get(fund, NONE_LOST)[1]),
            ]
            for fund, (units, dollars) in sorted(read.by_fund.items())
        ],
    }


def full_proof(kept: dict[str, Any] | None) -> dict[str, Any] | None:
    """A proof spelled out: by source and by fund, each line with recordkeeper, read, of it rejected, difference.

    What is no proof of people, or was kept before there was a short form, is answered as it is.
    """
    if kept is None or "by_fund" not in kept:
        return kept
    sources = [one if isinstance(one, dict) else {"source": one[0]} | full_line(one[1]) for one in kept["by_source"]]
    funds = [
        one
        if isinstance(one, dict)
        else {"fund": one[0], "units": full_line(one[1]), "market_value": full_line(one[2])}
        for one in kept["by_fund"]
    ]
    return kept | {"by_source": sources, "by_fund": funds}


def full_line(kept: str | Line) -> Line:
    """A line of a proof; the recordkeeper's number alone says that it was read, all of it, and taken in."""
    if isinstance(kept, str):
        return {"recordkeeper": kept, "read": kept, "rejected": NONE, "difference": NONE}
    return kept


UNSAID = ControlTotals(0, NOTHING, {}, {})
NOT_SAID: tuple[Decimal | None, Decimal | None] = (None, None)
NONE_LOST = (NOTHING, NOTHING)


def proof_line(theirs: Decimal | None, ours: Decimal, rejected: Decimal | None, *, is_compared: bool) -> Line:
    """Recordkeeper, read, rejected and difference as decimal text."""
    read = plain(ours)
    lost = plain(rejected) if rejected else NONE
    if theirs is None:
        return {"recordkeeper": None, "read": read, "rejected": lost, "difference": None}
    if theirs == ours:  # as nearly always: nothing to write a second time
        return {"recordkeeper": read, "read": read, "rejected": lost, "difference": NONE if is_compared else None}
    difference = plain(theirs - ours) if is_compared else None
    return {"recordkeeper": plain(theirs), "read": read, "rejected": lost, "difference": difference}


NONE = "0.00"


def plain(number: Decimal) -> str:
    """A decimal without exponent and trailing zeros, at least two places for cents."""
    text = str(number)  # a quarter of the time of format(), which only an exponent needs
    if "E" in text:
        text = f"{number:f}"
    whole, _, places = text.partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}"
