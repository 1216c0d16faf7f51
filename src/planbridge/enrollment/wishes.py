"""A participant's answers as wishes: one for each change, and only for what differs from what is held."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from planbridge.enrollment.elections import Allocation, Heir
from planbridge.enrollment.saver import Rate
from planbridge.sync.submission_wish import (
    Wish,
    allocation_wish,
    beneficiaries_wish,
    opt_out_wish,
    rate_wish,
    transfer_wish,
)


@dataclass(frozen=True)
class Elections:
    """A person's elections: as answered, or as held. None or a source left out: not answered, or not known.

    `transfers` are only ever answered: they are acts. `is_opted_out` is the answer "I don't want to enroll", beside
    which no other answer counts.
    """

    rates: Mapping[str, Rate] = field(default_factory=dict)
    allocations: Mapping[str, Allocation] = field(default_factory=dict)
    transfers: Mapping[str, Allocation] = field(default_factory=dict)
    heirs: tuple[Heir, ...] | None = None
    is_opted_out: bool = False


def wishes_of(answered: Elections, held: Elections) -> list[Wish]:
    """The changes that the answers ask for: rates, allocations and transfers by source, then the beneficiaries.

    A rate of 0 where no rate is known is a wish: an explicit stop is not the same as no rate. Whoever opts out asks for
    that alone, and for nothing when every rate held is 0 already. `held`: as it will be, with what is on its way. The answers must have been checked (deferral.py,
    elections.py); raises WishRefused for what no recordkeeper could take.
    """
    if answered.is_opted_out:
        is_stopped = held.is_opted_out or (bool(held.rates) and all(one.is_zero for one in held.rates.values()))
        return [] if is_stopped else [opt_out_wish()]
    return [
        *_rate_wishes(answered.rates, held.rates),
        *(allocation_wish(*one) for one in _other_allocations(answered.allocations, held.allocations)),
        *(transfer_wish(*one) for one in _other_allocations(answered.transfers, {})),
        *_heir_wishes(answered.heirs, held.heirs or ()),
    ]


def _rate_wishes(answered: Mapping[str, Rate], held: Mapping[str, Rate]) -> Iterable[Wish]:
    changed = [(source, rate) for source, rate in answered.items() if rate != held.get(source)]  # 6 is 6.00
    # Cuts first: a recordkeeper that adds up what it holds must not refuse a rise for a cut that is to come.
    for source, rate in sorted(changed, key=lambda one: not is_cut(one[1], held.get(one[0]))):
        yield rate_wish(source, percent=rate.percent, amount=rate.amount_usd)


def is_cut(rate: Rate, held: Rate | None) -> bool:
    """Whether a rate is surely less than the one held: of the same unit, or nothing."""
    if held is None or rate.is_zero:
        return rate.is_zero
    if rate.percent is not None and held.percent is not None:
        return rate.percent < held.percent
    return rate.amount_usd is not None and held.amount_usd is not None and rate.amount_usd < held.amount_usd


def _other_allocations(
    answered: Mapping[str, Allocation], held: Mapping[str, Allocation]
) -> Iterable[tuple[str, dict[str, Decimal]]]:
    """The sources whose money is to be split otherwise, each with the funds that get something, by their codes."""
    for source, allocation in answered.items():
        wanted = _shares(allocation)
        if wanted != _shares(held.get(source, {})):
            yield source, wanted


def _shares(allocation: Allocation) -> dict[str, Decimal]:
    return {fund: allocation[fund] for fund in sorted(allocation) if allocation[fund]}


def _heir_wishes(answered: Sequence[Heir] | None, held: Sequence[Heir]) -> Iterable[Wish]:
    """All beneficiaries when any differs, their order aside; naming nobody asks for nothing."""
    if answered and Counter(answered) != Counter(held):
        yield beneficiaries_wish(
            [
                {"class": one.heir_class, "name": one.name, "relationship": one.relationship, "percent": one.percent}
                for one in answered
            ]
        )
