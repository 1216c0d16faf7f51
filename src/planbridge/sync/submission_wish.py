"""A wish: one change that a participant asks for, as the recordkeeper's contract writes it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

HUNDRED = Decimal(100)
NEXT_PAYROLL = "next_payroll"


class WishKind(StrEnum):
    """What a wish changes; the `type` of its body."""

    CONTRIBUTION_RATE = "contribution_rate"  # percent or dollars of pay, of one source
    ALLOCATION = "allocation"  # how new money of a source is split
    BALANCE_TRANSFER = "balance_transfer"  # how the money of a source that is there is split
    OPT_OUT = "opt_out"  # nothing from pay any more
    BENEFICIARIES = "beneficiaries"  # who inherits
    NAME = "name"  # first and last name


class WishRefused(ValueError):  # noqa: N818 - says what happened
    """A wish that cannot be sent; `code` is its problem code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Wish:
    """One change; `content` is its body without type and source. Made by the functions below, which check it."""

    kind: WishKind
    source: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    effective: str = NEXT_PAYROLL

    def body(self, receipt: str, requested_at: datetime) -> dict[str, Any]:
        """The body of its submission, numbers as text."""
        head = {"type": str(self.kind), "source": self.source} if self.source else {"type": str(self.kind)}
        tail = {"receipt": receipt, "requested_at": requested_at.isoformat(), "effective": self.effective}
        return head | dict(self.content) | tail


def rate_wish(
    source: str, *, percent: Decimal | None = None, amount: Decimal | None = None, effective: date | None = None
) -> Wish:
    """A rate of pay for a source: percent or dollars. Raises WishRefused."""
    number = amount if percent is None else percent
    if number is None or (percent is not None and amount is not None):
        raise WishRefused("RATE_BOTH_PERCENT_AND_AMOUNT", "A rate is either a percent or an amount.")
    if not number.is_finite() or number < 0 or (percent is not None and percent > HUNDRED):
        raise WishRefused("RATE_OUT_OF_RANGE", "A rate is from 0 to 100 percent, or dollars from 0 up.")
    name = "amount" if percent is None else "percent"
    return Wish(WishKind.CONTRIBUTION_RATE, source, {name: plain(number)}, effective_text(effective))


def allocation_wish(source: str, percents: Mapping[str, Decimal], *, effective: date | None = None) -> Wish:
    """How new money of a source is split over funds, 100 % in all. Raises WishRefused."""
    return Wish(WishKind.ALLOCATION, source, split(percents), effective_text(effective))


def transfer_wish(source: str, percents: Mapping[str, Decimal], *, effective: date | None = None) -> Wish:
    """How the money that a source holds is split over funds, 100 % in all. Raises WishRefused."""
    return Wish(WishKind.BALANCE_TRANSFER, source, split(percents), effective_text(effective))


def opt_out_wish() -> Wish:
    """Nothing is to be saved from pay: 0 % for every source."""
    return Wish(WishKind.OPT_OUT)


def beneficiaries_wish(people: Sequence[Mapping[str, Any]]) -> Wish:
    """Who inherits: class, name, relationship and percent of each, 100 % a class. Raises WishRefused."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    named = []
    for one in people:
        percent = Decimal(str(one["percent"]))
        totals[str(one["class"])] += percent
        relationship = one.get("relationship")
        named.append(
            {
                "class": str(one["class"]),
                "name": str(one["name"]),
                "relationship": None if relationship is None else str(relationship),
                "percent": plain(percent),
            }
        )
    if any(total != HUNDRED for total in totals.values()) or not totals:
        raise WishRefused("BENEFICIARY_NOT_100", "The beneficiaries of a class have 100 % together.")
    return Wish(WishKind.BENEFICIARIES, content={"beneficiaries": named})


def name_wish(first_name: str, last_name: str) -> Wish:
    """Another first and last name. Raises WishRefused."""
    if not first_name.strip() or not last_name.strip():
        raise WishRefused("NAME_MISSING", "A first and a last name are needed.")
    return Wish(WishKind.NAME, content={"first_name": first_name.strip(), "last_name": last_name.strip()})


def split(percents: Mapping[str, Decimal]) -> dict[str, Any]:
    """Funds and their percents as a body has them; raises WishRefused unless they are 100 % together."""
    if sum(percents.values(), Decimal(0)) != HUNDRED or any(one < 0 for one in percents.values()):
        raise WishRefused("ALLOCATION_NOT_100", "The percents of the funds are 100 together.")
    return {"allocations": [{"fund": fund, "percent": plain(one)} for fund, one in percents.items() if one]}


def plain(number: Decimal) -> str:
    """An exact number as text, without exponent and needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def effective_text(effective: date | None) -> str:
    """When it is to apply: a day, or the next payroll."""
    return NEXT_PAYROLL if effective is None else effective.isoformat()
