"""What a visit's answers ask for, as elections, and all that stands against them taken together.

What the answers of the steps look like (JSON, exact numbers as text):

    personal       {"first_name", "last_name"}
    goal           {"retirement_age", "goal_percent", and the assumptions that were changed}
    rate           {"rates": {source: {"percent"} or {"amount"}}}
    path           {"path": a PathKind or "keep", "split": {fund: percent} where the path itself decides it}
    questions      {"chosen": {question: answer}, "portfolio", "split"}; for the path Help Me Choose
    managed        {"is_accepted", "provider_id", "fee_percent"}; for the path Manage It For Me
    allocation     {"way": "same", "split"} or {"way": "by_source", "allocations": {source: {fund: percent}}}; counts
                   for the path Choose Myself, or without a path
    transfer       {"choice": "keep" or "like_new"}, {"choice": "other", "split"} for the money of all sources, or
                   {"choice": "by_source", "splits": {source: {fund: percent}}}, where a source left out stays
    beneficiaries  {"heirs": [{"class", "name", "relationship", "percent"}], "married": "yes", "no" or null}
    consent        {"spouse_name", "given_on", "witness", "witness_name", "to": the beneficiaries agreed to}
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from planbridge.enrollment.deferral import Choice, Rules, check_rates
from planbridge.enrollment.elections import Allocation, Consent, Heir, HeirClass, check_allocation, check_heirs
from planbridge.enrollment.objection import Objection, StandingObjection
from planbridge.enrollment.path_choice import splits_chosen, step_of_splits, transfers_chosen
from planbridge.enrollment.path_objections import path_objections
from planbridge.enrollment.saver import Rate, Saver, saved_usd
from planbridge.enrollment.spouse import consent_for, is_other_than_held, marital_status_of
from planbridge.enrollment.visit import Visit
from planbridge.enrollment.wishes import Elections, wishes_of
from planbridge.sync.submission_wish import Wish, name_wish

STEP_OF_CODE = {"CONSENT_MISSING": "consent"}


def elections_of(visit: Visit) -> Elections:
    """The elections that the answers ask for; what was not answered is left out."""
    answers = visit.answers
    heirs = answers.get("beneficiaries", {}).get("heirs")
    return Elections(
        rates={source: rate_of(one) for source, one in answers.get("rate", {}).get("rates", {}).items()},
        allocations={source: split_of(one) for source, one in splits_chosen(visit).items()},
        transfers={source: split_of(one) for source, one in transfers_chosen(visit).items()},
        heirs=None if heirs is None else tuple(heir_of(one) for one in heirs),
    )


def wishes_answered(visit: Visit) -> list[Wish]:
    """One wish for each change that the answers ask for; raises WishRefused for what no recordkeeper could take."""
    return [*name_wishes(visit), *wishes_of(elections_of(visit), visit.standing)]


def name_wishes(visit: Visit) -> list[Wish]:
    """The wish for another name, where one was answered that differs from the one held."""
    answer = visit.answers.get("personal")
    if not answer:
        return []
    names = (str(answer["first_name"]), str(answer["last_name"]))
    return [] if names == visit.names else [name_wish(*names)]


def objections_of(visit: Visit) -> list[StandingObjection]:
    """All that stands against the answers as a whole: they may have been given before the plan or the year changed."""
    asked = elections_of(visit)
    found = [StandingObjection("rate", one) for one in rate_objections(visit, asked)] + path_objections(visit)
    open_funds = {one.fund for one in visit.offer.open_funds}
    names = visit.fund_names | visit.source_names
    slug = step_of_splits(visit)
    for step, splits in ((slug, asked.allocations), ("transfer", asked.transfers)):
        for source, split in splits.items():
            found += [StandingObjection(step, one) for one in check_allocation(source, split, open_funds, names)]
    if asked.heirs is not None and is_other_than_held(visit, asked.heirs):
        against = check_heirs(
            asked.heirs,
            marital_status=marital_status_of(visit),
            provisions=visit.provisions,
            consent=consent_of(consent_for(visit.answers.get("consent"), asked.heirs)),
        )
        found += [StandingObjection(STEP_OF_CODE.get(one.code, "beneficiaries"), one) for one in against]
    return found


def rate_objections(visit: Visit, asked: Elections) -> list[Objection]:
    """What stands against the rates as they would stand with those answered; nothing where they are those held.

    Whoever saves less than before is not refused for what went in already: they were told when they chose more.
    """
    held = visit.standing.rates
    if all(rate == held.get(source) for source, rate in asked.rates.items()):
        return []
    if isinstance(visit.limits, Objection):
        return [visit.limits]
    rates = dict(held) | dict(asked.rates)
    choice = Choice(visit.held.saver, rates, visit.source_kinds, visit.source_names)
    found = check_rates(choice, Rules(visit.provisions, visit.limits, visit.today))
    if all(is_no_more(rate, held.get(source), visit.held.saver) for source, rate in rates.items()):
        return [one for one in found if one.code != "DEFERRAL_ABOVE_LIMIT"]
    return found


def is_no_more(rate: Rate, held: Rate | None, saver: Saver) -> bool:
    """Whether a rate takes no more from a paycheck than the one held."""
    if rate.is_zero:
        return True
    if held is None or (saver.annual_pay_usd is None and (rate.percent is None) != (held.percent is None)):
        return False
    if rate.percent is not None and held.percent is not None:
        return rate.percent <= held.percent
    return saved_usd(rate, saver, 1) <= saved_usd(held, saver, 1)


def rate_of(values: Mapping[str, str]) -> Rate:
    """A rate from JSON."""
    percent, amount = values.get("percent"), values.get("amount")
    return Rate(None if percent is None else Decimal(percent), None if amount is None else Decimal(amount))


def split_of(values: Mapping[str, str]) -> Allocation:
    """A split from JSON."""
    return {fund: Decimal(percent) for fund, percent in values.items()}


def heir_of(values: Mapping[str, Any]) -> Heir:
    """A beneficiary from JSON."""
    return Heir(HeirClass(values["class"]), values["name"], values.get("relationship"), Decimal(values["percent"]))


def consent_of(values: Mapping[str, str] | None) -> Consent | None:
    """A spouse's consent from JSON."""
    if not values:
        return None
    return Consent(values["spouse_name"], values["witness_name"], date.fromisoformat(values["given_on"]))
