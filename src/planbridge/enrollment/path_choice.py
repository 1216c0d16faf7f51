"""Where new money and moved money goes by the path that a participant chose, over the sources it comes into."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from planbridge.enrollment.assumptions import ASSUMPTIONS
from planbridge.enrollment.offer import default_fund_for, retirement_year
from planbridge.enrollment.saver import EMPLOYER_KINDS, SAVED_KINDS, ZERO
from planbridge.enrollment.visit import Visit
from planbridge.plans.investment_paths import PathKind
from planbridge.plans.terms import Fund, Source

KEEP = "keep"  # beside the kinds of paths: leave the split as it is
# What is moved: as new money goes, otherwise, or each source's money otherwise.
LIKE_NEW, OTHER, BY_SOURCE = "like_new", "other", "by_source"
STEP_OF_PATH: Mapping[str, str] = {PathKind.HELP_ME_CHOOSE: "questions", PathKind.CHOOSE_MYSELF: "allocation"}

Split = Mapping[str, str]  # fund -> percent, as text


def path_of(visit: Visit) -> str | None:
    """The path that was answered: a PathKind or KEEP; None while none was."""
    found: str | None = visit.answers.get("path", {}).get("path")
    return found


def offered_paths(visit: Visit) -> tuple[PathKind, ...]:
    """The paths that this person can take: one whose fund, provider or portfolios lack is not shown."""
    paths = visit.offer.paths
    can_take = {
        PathKind.DEFAULT_INVESTMENT: default_fund_of(visit) is not None,
        PathKind.MANAGE_IT_FOR_ME: paths.provider is not None,
        PathKind.HELP_ME_CHOOSE: paths.questionnaire_id is not None and bool(paths.score_ranges),
        PathKind.CHOOSE_MYSELF: bool(visit.offer.open_funds),
    }
    return tuple(one for one in visit.offer.offered if can_take[one])


def is_path_held(visit: Visit) -> bool:
    """Whether there is a split to keep."""
    return any(any(one.values()) for one in visit.standing.allocations.values())


def retirement_age_of(visit: Visit) -> int:
    """The age of retirement that was answered, or the one assumed."""
    return int(visit.answers.get("goal", {}).get("retirement_age") or ASSUMPTIONS.retirement_age)


def default_fund_of(visit: Visit) -> Fund | None:
    """The fund of Default Investment for this person; None when none serves them."""
    born = visit.held.saver.birth_date
    ranges = visit.offer.content.lineup.default_investment
    if born is None and any(one.retirement_from or one.retirement_to for one in ranges):
        return None
    year = visit.today.year if born is None else retirement_year(born, retirement_age_of(visit))
    return default_fund_for(visit.offer, year)


def invested_sources(visit: Visit) -> tuple[Source, ...]:
    """The sources into which new money comes: those the person saves in, the employer's, and those split already.

    Who saves nothing yet chooses for all sources that they could save in.
    """
    rates = {source: not rate.is_zero for source, rate in visit.standing.rates.items()}
    for source, values in visit.answers.get("rate", {}).get("rates", {}).items():
        rates[source] = any(Decimal(number) for number in values.values())
    split = {source for source, one in visit.standing.allocations.items() if any(one.values())}
    found = [one for one in visit.sources if one.kind in EMPLOYER_KINDS or rates.get(one.source) or one.source in split]
    if not any(one.kind in SAVED_KINDS for one in found):
        found = [one for one in visit.sources if one in found or one.kind in SAVED_KINDS]
    return tuple(found)


def splits_chosen(visit: Visit) -> dict[str, Split]:
    """How new money of each source is to be split, as texts; nothing where it is to stay as it is.

    One split for all holds for the sources of the rates answered, also when these were changed later.
    """
    if path_of(visit) in {KEEP, PathKind.MANAGE_IT_FOR_ME}:
        return {}
    if (
        path_of(visit) == PathKind.DEFAULT_INVESTMENT
    ):  # the fund goes by the age of retirement, which may be changed later
        fund = default_fund_of(visit)
        return {one.source: {fund.fund: "100"} for one in invested_sources(visit)} if fund else {}
    answer = visit.answers.get(step_of_splits(visit), {})
    if split := answer.get("split"):
        return {one.source: split for one in invested_sources(visit)}
    found: dict[str, Split] = answer.get("allocations") or {}
    return found


def step_of_splits(visit: Visit) -> str:
    """The step that says where new money goes."""
    return STEP_OF_PATH.get(path_of(visit) or PathKind.CHOOSE_MYSELF, "path")


def movable_sources(visit: Visit) -> tuple[Source, ...]:
    """The sources of the plan that hold money."""
    held = {source for (source, _), amount in visit.held.balances_usd.items() if amount > ZERO}
    return tuple(one for one in visit.sources if one.source in held)


def is_transfer_asked(visit: Visit) -> bool:
    """Whether the person is asked to move what they have: the plan permits it and there is something to move."""
    is_permitted = visit.provisions.get("balance_transfer") is True
    return is_permitted and path_of(visit) != PathKind.MANAGE_IT_FOR_ME and bool(movable_sources(visit))


def transfers_chosen(visit: Visit) -> dict[str, Split]:
    """How the money of each source is to be moved, as texts; nothing for a source whose money stays or is there already."""
    answer: Mapping[str, Any] = visit.answers.get("transfer", {})  # Any: JSON values
    if not is_transfer_asked(visit):
        return {}
    sources = [one.source for one in movable_sources(visit)]
    splits: dict[str, Split] = {}
    match answer.get("choice"):
        case "like_new":
            splits = {one: split_of_new_money(visit, one) for one in sources}
        case "other":
            splits = dict.fromkeys(sources, answer["split"])
        case "by_source":
            splits = {one: answer["splits"].get(one, {}) for one in sources}
    return {source: split for source, split in splits.items() if split and not is_there_already(visit, source, split)}


def is_there_already(visit: Visit, source: str, split: Split) -> bool:
    """Whether all of a source's money is in the one fund it would be moved to: nothing is sold only to be bought again."""
    held = {fund for (one, fund), amount in visit.held.balances_usd.items() if one == source and amount > ZERO}
    return len(held) == 1 and held == {fund for fund, percent in split.items() if Decimal(percent)}


def split_of_new_money(visit: Visit, source: str) -> Split:
    """How a source's new money goes by the answers, else as held; a source without new money goes as the first."""
    chosen = splits_chosen(visit)
    held = {
        code: {fund: str(percent) for fund, percent in one.items() if percent}
        for code, one in visit.standing.allocations.items()
    }
    splits = held | chosen
    return splits.get(source) or next(iter(splits.values()), {})
