"""A version's content - lineup, investment paths and mappings - as a value, as JSON and as a digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from planbridge.plans.changes import lineup_digest
from planbridge.plans.document_values import number_text
from planbridge.plans.investment_paths import InvestmentPaths, paths_as_json, paths_from_json
from planbridge.plans.terms import DefaultFund, Fund, Lineup

# Any below is a JSON value.


@dataclass(frozen=True)
class Content:
    """What participants see of a version, once it is active.

    `mappings`: where the money of a fund that leaves without the recordkeeper naming a successor goes, by fund: the
    code of the successor, or "" - it stays where it is until the recordkeeper moves it.
    """

    lineup: Lineup = field(default_factory=Lineup)
    paths: InvestmentPaths = field(default_factory=InvestmentPaths)
    mappings: Mapping[str, str] = field(default_factory=dict)


def content_hash(content: Content) -> str:
    """SHA-256 (hexadecimal) of what counts of a content: equal hashes, equal contents."""
    parts = [lineup_digest(content.lineup), paths_as_json(content.paths), dict(content.mappings)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def content_as_json(content: Content) -> dict[str, Any]:
    """A content as JSON; exact numbers as texts."""
    return {
        "lineup": lineup_as_json(content.lineup),
        "paths": paths_as_json(content.paths),
        "mappings": dict(content.mappings),
    }


def content_from_json(value: Mapping[str, Any]) -> Content:
    """The content that `content_as_json` wrote."""
    return Content(lineup_from_json(value["lineup"]), paths_from_json(value["paths"]), dict(value["mappings"]))


def lineup_as_json(lineup: Lineup) -> dict[str, Any]:
    """A lineup as JSON, without its effective date."""
    return {
        "funds": [fund_as_json(one) for one in lineup.funds],
        "default_investment": [default_fund_as_json(one) for one in lineup.default_investment],
    }


def lineup_from_json(value: Mapping[str, Any]) -> Lineup:
    """The lineup that `lineup_as_json` wrote; nothing at all for an empty object."""
    return Lineup(
        funds=tuple(fund_from_json(one) for one in value.get("funds", ())),
        default_investment=tuple(DefaultFund(**one) for one in value.get("default_investment", ())),
    )


def fund_as_json(one: Fund) -> dict[str, Any]:
    """A fund as JSON."""
    return {
        "fund": one.fund,
        "name": one.name,
        "ticker": one.ticker,
        "cusip": one.cusip,
        "asset_class": one.asset_class,
        "expense_percent": None if one.expense_percent is None else number_text(one.expense_percent),
        "status": str(one.status),
        "mapped_to": one.mapped_to,
    }


def fund_from_json(value: Mapping[str, Any]) -> Fund:
    """A fund from JSON."""
    expense = value["expense_percent"]
    return Fund(**{**value, "expense_percent": None if expense is None else Decimal(expense)})


def default_fund_as_json(one: DefaultFund) -> dict[str, Any]:
    """A fund of the default investment as JSON."""
    return {"fund": one.fund, "retirement_from": one.retirement_from, "retirement_to": one.retirement_to}
