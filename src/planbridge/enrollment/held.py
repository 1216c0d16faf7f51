"""What is held of a participant, as the rules of saving and the comparison with their answers need it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from planbridge.enrollment.elections import Heir, HeirClass
from planbridge.enrollment.saver import ZERO, PayFrequency, Rate, Saver
from planbridge.enrollment.wishes import Elections
from planbridge.participants.held import ITEMS
from planbridge.participants.lookup import lines, state_of, valued
from planbridge.participants.participant import Participant

Key = TypeVar("Key")
Line = Mapping[str, Any]  # Any: text or None, by the part's name


@dataclass(frozen=True)
class Held:
    """A participant as the recordkeeper last gave them; balances in dollars by (source, fund), at the newest prices."""

    saver: Saver
    elections: Elections
    balances_usd: Mapping[tuple[str, str], Decimal]
    marital_status: str | None


def held_of(person: Participant, *, so_far_of: int | None = None, year: int | None = None) -> Held:
    """What is held of a person, in two statements; a fund without any price counts as nothing.

    `so_far_of`: the year in which the data were given. What went in so far in an earlier one than `year` says nothing of
    that: so far nothing went in.
    """
    state = state_of(person)
    items = {field: lines(state[field], columns) for field, columns in ITEMS.items()}
    hired = [day for day in person.hire_dates if day is not None]
    so_far = None if state["ytd"] is None else _sums((one["source"] or "", one["amount"]) for one in items["ytd"])
    if so_far is not None and so_far_of is not None and year is not None and so_far_of < year:
        so_far = {}
    saver = Saver(
        birth_date=person.birth_date,
        annual_pay_usd=person.annual_compensation,
        pay_frequency=PayFrequency(person.pay_frequency) if person.pay_frequency in set(PayFrequency) else None,
        hired_on=min(hired, default=None),
        prior_year_fica_wages_usd=person.prior_year_fica_wages,
        year_to_date_usd=so_far,
    )
    balances = valued(person.plan_id, items["balances"], date.max)
    return Held(
        saver,
        _elections(items),
        _sums(((one["source"] or "", one["fund"]), one["market_value"]) for one in balances),
        person.marital_status,
    )


def _elections(items: Mapping[str, Sequence[Line]]) -> Elections:
    """Rates, allocations and beneficiaries as held."""
    rates = {
        one["source"]: Rate(_number(one["percent"]), _number(one["amount"])) for one in items["contribution_rates"]
    }
    allocations: dict[str, dict[str, Decimal]] = {}
    for one in items["allocations"]:
        allocations.setdefault(one["source"], {})[one["fund"]] = _number(one["percent"]) or ZERO
    heirs = tuple(
        Heir(HeirClass(one["class"]), one["name"] or "", one["relationship"], _number(one["percent"]) or ZERO)
        for one in items["beneficiaries"]
        if one["class"] in set(HeirClass)
    )
    return Elections(rates, allocations, heirs=heirs or None)


def _sums(amounts: Iterable[tuple[Key, str | None]]) -> dict[Key, Decimal]:
    """The sum of each key's amounts; an amount that is not known counts as nothing."""
    found: dict[Key, Decimal] = {}
    for key, amount in amounts:
        found[key] = found.get(key, ZERO) + (_number(amount) or ZERO)
    return found


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
