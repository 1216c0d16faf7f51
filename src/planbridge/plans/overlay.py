"""A draft's content: what the recordkeeper says and what a plan starts with, with the advisor's edits laid over."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from planbridge.plans.content import Content, default_fund_as_json
from planbridge.plans.edit import (
    DEFAULT_INVESTMENT,
    EXPERIENCE,
    FUNDS,
    MAPPED_TO,
    MAPPINGS,
    NAME,
    OFFERED,
    PATHS,
    PORTFOLIOS,
    PROVIDER,
    QUESTIONNAIRE,
    SCORE_RANGES,
    Edit,
    Edits,
    fund_of,
    fund_place,
)
from planbridge.plans.investment_paths import (
    ExperienceType,
    InvestmentPaths,
    PathKind,
    ScoreRange,
    first_paths,
    portfolio_as_json,
    portfolio_from_json,
    provider_as_json,
    provider_from_json,
    range_as_json,
)
from planbridge.plans.terms import DefaultFund, Fund, FundStatus, Lineup

# Any below is a JSON value.


@dataclass(frozen=True)
class Conflict:
    """A place that both touched: what it was, our value, and the recordkeeper's (None: it has no such thing)."""

    place: str
    was: Any
    ours: Any
    theirs: Any


@dataclass(frozen=True)
class Laid:
    """The content that comes out, in which our edits are in force, and the places where that is to be decided."""

    content: Content
    conflicts: tuple[Conflict, ...]


def underneath_of(theirs: Lineup, *, own_default: tuple[DefaultFund, ...] | None = None) -> Content:
    """What lies under a draft's edits: the recordkeeper's lineup, and the paths that a plan starts with.

    `own_default` replaces the recordkeeper's default investment where the path is closed to it.
    """
    default = theirs.default_investment if own_default is None else own_default
    lineup = Lineup(theirs.funds, default)
    return Content(lineup, first_paths(has_default_investment=bool(default)))


def lay_over(underneath: Content, edits: Edits) -> Laid:
    """The content with edits in force, and those whose ground moved to something else than they say."""
    conflicts = []
    for place, edit in sorted(edits.items()):
        now = value_at(underneath, place)
        if now not in (edit.was, edit.value):
            conflicts.append(Conflict(place, edit.was, edit.value, now))
    return Laid(
        Content(_lineup(underneath.lineup, edits), _paths(underneath.paths, edits), _mappings(edits)), tuple(conflicts)
    )


def value_at(content: Content, place: str) -> Any:  # noqa: ANN401 - any JSON value
    """What a content says at a place, as JSON; None where it has no such thing."""
    if place.startswith(FUNDS):
        fund, attribute = fund_of(place)
        return _fund_value(_fund(content.lineup, fund), attribute)
    if place.startswith(MAPPINGS):
        return _destination(content, place.removeprefix(MAPPINGS))
    if place == DEFAULT_INVESTMENT:
        return [default_fund_as_json(one) for one in sorted(content.lineup.default_investment, key=by_years)]
    return _path_value(content.paths, place)


def by_years(one: DefaultFund) -> tuple[int, str]:
    """The order in which default funds are compared, for a recordkeeper's own order means nothing."""
    return one.retirement_from or 0, one.fund


def _fund(lineup: Lineup, code: str) -> Fund | None:
    return next((one for one in lineup.funds if one.fund == code), None)


def _fund_value(fund: Fund | None, attribute: str) -> str | bool | None:
    """Of a fund that is not there, whether it is offered is known: it is not."""
    if attribute == OFFERED:
        return fund is not None and fund.status == FundStatus.OPEN
    if fund is None:
        return None
    return fund.name if attribute == NAME else fund.mapped_to


def _destination(content: Content, code: str) -> str | None:
    """Where a fund's money goes: as mapped; else it stays in a fund that holds money, or goes to the fund's successor."""
    if code in content.mappings:
        return content.mappings[code]
    fund = _fund(content.lineup, code)
    if fund is None:
        return None
    return fund.mapped_to or (None if fund.status == FundStatus.CLOSED else code)


def _path_value(paths: InvestmentPaths, place: str) -> Any:  # noqa: ANN401 - any JSON value
    if place.startswith(PATHS):
        return place.removeprefix(PATHS) in paths.enabled
    if place.startswith(PORTFOLIOS):
        held = (one for one in paths.portfolios if one.portfolio == place.removeprefix(PORTFOLIOS))
        return next((portfolio_as_json(one) for one in held), None)
    if place == EXPERIENCE:
        return paths.experience.value
    if place == QUESTIONNAIRE:
        return paths.questionnaire_id
    if place == SCORE_RANGES:
        return [range_as_json(one) for one in paths.score_ranges]
    return None if paths.provider is None else provider_as_json(paths.provider)


def _lineup(lineup: Lineup, edits: Edits) -> Lineup:
    """The funds with our names and successors, without those that we do not offer; the default investment as edited."""
    funds = [_edited_fund(one, edits) for one in lineup.funds if not _is_left_out(one, edits)]
    default = lineup.default_investment
    if DEFAULT_INVESTMENT in edits:
        default = tuple(DefaultFund(**one) for one in edits[DEFAULT_INVESTMENT].value)
    return Lineup(tuple(funds), default)


def _is_left_out(fund: Fund, edits: Edits) -> bool:
    """Only a fund that takes money can be left out: the people's money in a closed or frozen one stays known."""
    edit = edits.get(fund_place(fund.fund, OFFERED))
    return edit is not None and edit.value is False and fund.status == FundStatus.OPEN


def _edited_fund(fund: Fund, edits: Edits) -> Fund:
    name, mapped_to = (edits.get(fund_place(fund.fund, attribute)) for attribute in (NAME, MAPPED_TO))
    return replace(
        fund,
        name=fund.name if name is None else name.value,
        mapped_to=fund.mapped_to if mapped_to is None else mapped_to.value,
    )


def _paths(paths: InvestmentPaths, edits: Edits) -> InvestmentPaths:
    """The paths as edited; portfolios in the order of their keys."""
    values: dict[str, Any] = {
        "enabled": frozenset(kind for kind in PathKind if _value(edits, f"{PATHS}{kind}", kind in paths.enabled)),
        "experience": ExperienceType(_value(edits, EXPERIENCE, paths.experience)),
        "questionnaire_id": _value(edits, QUESTIONNAIRE, paths.questionnaire_id),
        "portfolios": tuple(
            portfolio_from_json(edit.value)
            for place, edit in sorted(edits.items())
            if place.startswith(PORTFOLIOS) and edit.value is not None
        ),
    }
    if SCORE_RANGES in edits:
        values["score_ranges"] = tuple(ScoreRange(**one) for one in edits[SCORE_RANGES].value)
    if PROVIDER in edits:
        chosen = edits[PROVIDER].value
        values["provider"] = None if chosen is None else provider_from_json(chosen)
    return replace(paths, **values)


def _mappings(edits: Edits) -> Mapping[str, str]:
    return {
        place.removeprefix(MAPPINGS): edit.value
        for place, edit in sorted(edits.items())
        if place.startswith(MAPPINGS) and edit.value is not None
    }


def _value(edits: Mapping[str, Edit], place: str, otherwise: Any) -> Any:  # noqa: ANN401 - any JSON value
    return edits[place].value if place in edits else otherwise
