"""What differs between two lineups, and between two plans' other fields."""

import hashlib
import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from planbridge.plans.document_values import number_text
from planbridge.plans.lineup_checks import years_text
from planbridge.plans.terms import DefaultFund, Fund, FundStatus, Lineup, PlanTerms


class ChangeKind(StrEnum):
    """What happened to a fund of a lineup."""

    ADDED = "added"  # it is new in the lineup
    REMOVED = "removed"  # it is no longer named at all
    CLOSED = "closed"  # it is leaving: takes no money, and its money goes to a successor
    FROZEN = "frozen"  # it keeps its money and takes none
    REOPENED = "reopened"  # it takes money again
    MAPPED = "mapped"  # its successor was named, changed or taken back
    RENAMED = "renamed"  # same fund, other name
    SHARE_CLASS = "share_class"  # ticker or CUSIP changed
    EXPENSE = "expense"  # its yearly cost changed
    ASSET_CLASS = "asset_class"  # it was put into another class
    DEFAULT = "default"  # its part in the default investment changed


STATUS_KINDS = {
    FundStatus.CLOSED: ChangeKind.CLOSED,
    FundStatus.FROZEN: ChangeKind.FROZEN,
    FundStatus.OPEN: ChangeKind.REOPENED,
}


@dataclass(frozen=True)
class LineupChange:
    """One change of one fund, before and after as texts (empty: there was or is nothing)."""

    kind: ChangeKind
    fund: str
    before: str
    after: str


@dataclass(frozen=True)
class FieldChange:
    """A plan field's old and new value as JSON values; None: not known."""

    field: str
    old: Any  # any JSON value
    new: Any


# The attributes of a fund that are compared beside its status, and how a change of them is called.
FUND_ATTRIBUTES = {
    ChangeKind.MAPPED: ("mapped_to",),
    ChangeKind.RENAMED: ("name",),
    ChangeKind.SHARE_CLASS: ("ticker", "cusip"),
    ChangeKind.EXPENSE: ("expense_percent",),
    ChangeKind.ASSET_CLASS: ("asset_class",),
}


def texts_of(kind: ChangeKind, fund: Fund) -> str:
    """What a fund says where a kind of change shows it: its name, its status, or the attributes that are compared."""
    if kind in FUND_ATTRIBUTES:
        return " / ".join(filter(None, _texts(fund, FUND_ATTRIBUTES[kind])))
    return str(fund.status) if kind in STATUS_KINDS.values() else fund.name or fund.fund


def lineup_changes(before: Lineup | None, after: Lineup) -> list[LineupChange]:
    """Every change from one lineup to another; the order of funds, prices and the effective date do not count."""
    start = before or Lineup()
    old = {one.fund: one for one in start.funds}
    new = {one.fund: one for one in after.funds}
    changes = [LineupChange(ChangeKind.ADDED, code, "", one.name) for code, one in new.items() if code not in old]
    changes += [LineupChange(ChangeKind.REMOVED, code, one.name, "") for code, one in old.items() if code not in new]
    for code, one in new.items():
        if code in old:
            changes += _fund_changes(old[code], one)
    return changes + _default_changes(start.default_investment, after.default_investment)


def lineup_digest(lineup: Lineup) -> str:
    """SHA-256 (hexadecimal) of what counts of a lineup: equal exactly when `lineup_changes` finds nothing."""
    funds = [
        [one.fund, one.status, *(_texts(one, names) for names in FUND_ATTRIBUTES.values())] for one in lineup.funds
    ]
    defaults = [[one.fund, str(one.retirement_from), str(one.retirement_to)] for one in lineup.default_investment]
    return hashlib.sha256(json.dumps([sorted(funds), sorted(defaults)]).encode()).hexdigest()


def field_changes(before: PlanTerms | None, after: PlanTerms) -> list[FieldChange]:
    """Every field but lineup, prices, revision and as_of that differs; `before` None: every field that is known.

    The order of contacts, sources and vesting groups does not count.
    """
    old, new = _fields(before or PlanTerms()), _fields(after)
    names = [*new, *(name for name in old if name not in new)]
    pairs = [(name, old.get(name), new.get(name)) for name in names]
    return [FieldChange(name, was, now) for name, was, now in pairs if _comparable(was) != _comparable(now)]


def _fund_changes(old: Fund, new: Fund) -> list[LineupChange]:
    changes = []
    if old.status != new.status:
        changes.append(LineupChange(STATUS_KINDS[FundStatus(new.status)], new.fund, old.status, new.status))
    for kind, names in FUND_ATTRIBUTES.items():
        before, after = _texts(old, names), _texts(new, names)
        if before != after:
            changes.append(
                LineupChange(kind, new.fund, " / ".join(filter(None, before)), " / ".join(filter(None, after)))
            )
    return changes


def _texts(one: Fund, names: tuple[str, ...]) -> list[str]:
    """A fund's attributes as texts; numbers in their one form, empty when not known."""
    values = [getattr(one, name) for name in names]
    return [number_text(value) if isinstance(value, Decimal) else value or "" for value in values]


def _default_changes(old: tuple[DefaultFund, ...], new: tuple[DefaultFund, ...]) -> list[LineupChange]:
    """One change a fund whose retirement years differ."""
    codes = dict.fromkeys(one.fund for one in (*new, *old))
    pairs = [(code, _years(old, code), _years(new, code)) for code in codes]
    return [LineupChange(ChangeKind.DEFAULT, code, before, after) for code, before, after in pairs if before != after]


def _years(default: tuple[DefaultFund, ...], code: str) -> str:
    return ", ".join(sorted(years_text(one) for one in default if one.fund == code))


def _fields(terms: PlanTerms) -> dict[str, Any]:  # JSON values
    """The fields of a plan by their place in the document; what is not known is left out."""
    effective = terms.lineup.effective_date
    fields: dict[str, Any] = {
        "name": terms.name,
        "type": terms.plan_type,
        "plan_number": terms.plan_number,
        "year_end": terms.year_end,
        "status": terms.recordkeeper_status,
        "employer.name": terms.employer_name,
        "employer.ein": terms.ein,
        "employer.phone": terms.phone,
        "contacts": [asdict(one) for one in terms.contacts],
        "sources": [asdict(one) for one in terms.sources],
        "lineup.effective_date": effective.isoformat() if effective else None,
    }
    provisions = {f"provisions.{group}": value for group, value in (terms.provisions or {}).items()}
    return {name: value for name, value in fields.items() if value} | provisions


def _comparable(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A list (contacts, sources, vesting groups) in one order; any other value as it is."""
    if isinstance(value, list):
        return sorted(json.dumps(item, sort_keys=True) for item in value)
    return value
