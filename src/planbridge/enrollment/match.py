"""What the employer adds to a person's savings: marginal tiers, and what of them is left on the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from planbridge.enrollment.objection import CENT
from planbridge.enrollment.saver import HUNDRED, ZERO


@dataclass(frozen=True)
class Tier:
    """One step of a match: of the next `contribution_percent` of pay saved, the employer adds `match_percent`."""

    contribution_percent: Decimal
    match_percent: Decimal


@dataclass(frozen=True)
class Match:
    """What the employer adds a year: `captured_usd` at the person's rate, `left_usd` more at `full_percent` of pay."""

    captured_usd: Decimal
    left_usd: Decimal
    captured_percent: Decimal  # of pay
    full_percent: Decimal  # the rate at which nothing is left on the table

    @property
    def most_usd(self) -> Decimal:
        """What there is to be had."""
        return self.captured_usd + self.left_usd


def tiers_of(provisions: Mapping[str, Any]) -> tuple[Tier, ...]:  # Any: JSON values
    """The tiers of a plan's provisions, in their order; none when the plan has no match or none is known."""
    tiers = (provisions.get("match") or {}).get("tiers") or ()
    return tuple(
        Tier(Decimal(str(one.get("contribution_percent") or 0)), Decimal(str(one.get("match_percent") or 0)))
        for one in tiers
    )


def match_percent(tiers: Sequence[Tier], percent: Decimal) -> Decimal:
    """The employer's part in percent of pay for savings of so many percent of pay."""
    rest, matched = percent, ZERO
    for tier in tiers:
        step = max(ZERO, min(rest, tier.contribution_percent))
        matched += step * tier.match_percent / HUNDRED
        rest -= step
    return matched


def match_of(
    tiers: Sequence[Tier], percent: Decimal, annual_pay_usd: Decimal, *, compensation_usd: Decimal | None = None
) -> Match:
    """The match of a year for savings of so many percent of pay (pre-tax, Roth and catch-up together), in cents.

    The employer's money is reckoned from pay up to `compensation_usd`, the year's 401(a)(17) limit.
    """
    pay = annual_pay_usd if compensation_usd is None else min(annual_pay_usd, compensation_usd)
    full = _full_percent(tiers)
    captured = match_percent(tiers, percent)
    captured_usd = (pay * captured / HUNDRED).quantize(CENT, ROUND_HALF_UP)
    most_usd = (pay * match_percent(tiers, full) / HUNDRED).quantize(CENT, ROUND_HALF_UP)
    return Match(captured_usd, most_usd - captured_usd, captured, full)


def _full_percent(tiers: Sequence[Tier]) -> Decimal:
    """The least rate that has the whole match: a last tier of 0 % asks for nothing more."""
    total = full = ZERO
    for tier in tiers:
        total += tier.contribution_percent
        if tier.match_percent > 0:
            full = total
    return full
