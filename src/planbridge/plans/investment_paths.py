"""The ways to invest that a plan offers: paths and their experience, portfolios, score ranges and provider, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from planbridge.plans.document_values import number_text

# Any below is a JSON value.


class PathKind(StrEnum):
    """An investment path."""

    DEFAULT_INVESTMENT = "default_investment"  # a target-date fund by retirement year, or one default fund
    MANAGE_IT_FOR_ME = "manage_it_for_me"  # a managed account
    HELP_ME_CHOOSE = "help_me_choose"  # a risk questionnaire leads to a model portfolio
    CHOOSE_MYSELF = "choose_myself"  # any funds of the lineup


class ExperienceType(StrEnum):
    """Which paths a participant is shown of those that are on."""

    STANDARD = "standard"  # all four
    MANAGED_ACCOUNT_RECOMMENDATION = "managed_account_recommendation"  # Manage It For Me and Choose Myself


OFFERED_BY_EXPERIENCE = {
    ExperienceType.STANDARD: frozenset(PathKind),
    ExperienceType.MANAGED_ACCOUNT_RECOMMENDATION: frozenset({PathKind.MANAGE_IT_FOR_ME, PathKind.CHOOSE_MYSELF}),
}


@dataclass(frozen=True)
class PortfolioFund:
    """A fund's part of a portfolio, in percent."""

    fund: str
    percent: Decimal


@dataclass(frozen=True)
class Portfolio:
    """A model portfolio; `portfolio` is its key within the plan (1 to 32 characters, never reused)."""

    portfolio: str
    name: str
    description: str = ""
    funds: tuple[PortfolioFund, ...] = ()


@dataclass(frozen=True)
class ScoreRange:
    """The questionnaire scores, both ends included, that lead to a portfolio."""

    score_from: int
    score_to: int
    portfolio: str


@dataclass(frozen=True)
class Provider:
    """A managed-account provider as the plan shows it: taken over from the firm's list when it is chosen.

    `fee_percent` is percent of assets a year; None or an empty text: not known yet.
    """

    provider_id: int
    name: str
    methodology: str = ""
    fee_percent: Decimal | None = None
    fee_note: str = ""
    disclosure: str = ""


@dataclass(frozen=True)
class InvestmentPaths:
    """What a version of a plan says of its paths; the funds of Default Investment stand in its lineup."""

    enabled: frozenset[PathKind] = frozenset({PathKind.CHOOSE_MYSELF})
    experience: ExperienceType = ExperienceType.STANDARD
    portfolios: tuple[Portfolio, ...] = ()
    questionnaire_id: int | None = None
    score_ranges: tuple[ScoreRange, ...] = ()
    provider: Provider | None = None

    @property
    def offered(self) -> frozenset[PathKind]:
        """The paths that participants are shown."""
        return self.enabled & OFFERED_BY_EXPERIENCE[self.experience]


def first_paths(*, has_default_investment: bool) -> InvestmentPaths:
    """What a new plan starts with (IP-1)."""
    default = {PathKind.DEFAULT_INVESTMENT} if has_default_investment else set()
    return InvestmentPaths(enabled=frozenset({PathKind.CHOOSE_MYSELF, *default}))


def paths_as_json(paths: InvestmentPaths) -> dict[str, Any]:
    """The paths as JSON; percents as texts of exact decimals, in one form."""
    return {
        "enabled": sorted(paths.enabled),
        "experience": paths.experience.value,
        "portfolios": [portfolio_as_json(one) for one in paths.portfolios],
        "questionnaire_id": paths.questionnaire_id,
        "score_ranges": [range_as_json(one) for one in paths.score_ranges],
        "provider": None if paths.provider is None else provider_as_json(paths.provider),
    }


def paths_from_json(value: Mapping[str, Any]) -> InvestmentPaths:
    """The paths that `paths_as_json` wrote."""
    return InvestmentPaths(
        enabled=frozenset(PathKind(one) for one in value["enabled"]),
        experience=ExperienceType(value["experience"]),
        portfolios=tuple(portfolio_from_json(one) for one in value["portfolios"]),
        questionnaire_id=value["questionnaire_id"],
        score_ranges=tuple(ScoreRange(**one) for one in value["score_ranges"]),
        provider=None if value["provider"] is None else provider_from_json(value["provider"]),
    )


def portfolio_as_json(one: Portfolio) -> dict[str, Any]:
    """A portfolio as JSON."""
    funds = [{"fund": part.fund, "percent": number_text(part.percent)} for part in one.funds]
    return {"portfolio": one.portfolio, "name": one.name, "description": one.description, "funds": funds}


def portfolio_from_json(value: Mapping[str, Any]) -> Portfolio:
    """A portfolio from JSON."""
    funds = tuple(PortfolioFund(one["fund"], Decimal(one["percent"])) for one in value["funds"])
    return Portfolio(value["portfolio"], value["name"], value["description"], funds)


def range_as_json(one: ScoreRange) -> dict[str, Any]:
    """A score range as JSON."""
    return {"score_from": one.score_from, "score_to": one.score_to, "portfolio": one.portfolio}


def provider_as_json(one: Provider) -> dict[str, Any]:
    """A provider as JSON."""
    fee = None if one.fee_percent is None else number_text(one.fee_percent)
    return {
        "provider_id": one.provider_id,
        "name": one.name,
        "methodology": one.methodology,
        "fee_percent": fee,
        "fee_note": one.fee_note,
        "disclosure": one.disclosure,
    }


def provider_from_json(value: Mapping[str, Any]) -> Provider:
    """A provider from JSON."""
    fee = value["fee_percent"]
    return Provider(**{**value, "fee_percent": None if fee is None else Decimal(fee)})
