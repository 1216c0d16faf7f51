"""A plan's terms as values: what a plan document says, and what a version's lineup holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class FundStatus(StrEnum):
    """Whether a fund takes money."""

    OPEN = "open"  # takes money
    FROZEN = "frozen"  # holds money, takes none
    CLOSED = "closed"  # leaving the lineup; `mapped_to` names its successor


@dataclass(frozen=True)
class Contact:
    """A person to reach about a plan; texts are empty when not known."""

    role: str
    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Source:
    """A money type of a plan."""

    source: str
    name: str = ""
    kind: str = ""
    vesting_group: str = ""


@dataclass(frozen=True)
class Fund:
    """A fund of a lineup; `mapped_to` is the code of its successor, empty when there is none."""

    fund: str
    name: str = ""
    ticker: str = ""
    cusip: str = ""
    asset_class: str = ""
    expense_percent: Decimal | None = None
    status: str = ""
    mapped_to: str = ""


@dataclass(frozen=True)
class DefaultFund:
    """A fund of the default investment and the retirement years it serves, both included; None: no end on that side."""

    fund: str
    retirement_from: int | None = None
    retirement_to: int | None = None


@dataclass(frozen=True)
class Lineup:
    """A plan's menu of funds. `effective_date` is the document's; a version does not carry it."""

    funds: tuple[Fund, ...] = ()
    default_investment: tuple[DefaultFund, ...] = ()
    effective_date: date | None = None

    @property
    def current_funds(self) -> frozenset[str]:
        """The codes of the funds that take or hold money (open and frozen ones)."""
        return frozenset(one.fund for one in self.funds if one.status != FundStatus.CLOSED)


@dataclass(frozen=True)
class Price:
    """A fund's price in dollars a unit on a day."""

    fund: str
    price: Decimal
    price_date: date


@dataclass(frozen=True)
class PlanTerms:
    """All that a plan document says; texts are empty and values None when not known.

    `provisions` holds JSON values by group; percents in them are texts of exact decimals ("0.12"). `unreadable` names
    the places whose value could not be read, so that nobody calls them missing as well.
    """

    name: str = ""
    plan_type: str = ""
    plan_number: str = ""
    year_end: str = ""
    recordkeeper_status: str = ""
    employer_name: str = ""
    ein: str = ""
    phone: str = ""
    revision: str = ""
    as_of: datetime | None = None
    contacts: tuple[Contact, ...] = ()
    provisions: Mapping[str, Any] | None = None  # Any: a JSON value
    sources: tuple[Source, ...] = ()
    lineup: Lineup = Lineup()
    prices: tuple[Price, ...] = ()
    undated_prices: tuple[str, ...] = ()  # funds whose price has no date
    unknown_fields: tuple[str, ...] = ()
    unreadable: frozenset[str] = frozenset()
