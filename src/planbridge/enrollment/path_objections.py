"""Whether the way to invest that was chosen can be taken still, and is answered to its end."""

from collections.abc import Iterator, Mapping
from typing import Any

from planbridge.enrollment.objection import Objection, StandingObjection, gettext_noop
from planbridge.enrollment.path_choice import KEEP, invested_sources, is_path_held, offered_paths, path_of
from planbridge.enrollment.saver import SAVED_KINDS, Rate
from planbridge.enrollment.visit import Visit
from planbridge.plans.investment_paths import PathKind
from planbridge.sync.submission_wish import plain

NOT_OFFERED = gettext_noop("Your plan does not offer this any more. Choose another way.")
MIX_CHANGED = gettext_noop("The mix of funds changed, or you did not answer all questions. Answer them once more.")
NOT_AGREED = gettext_noop("You have not agreed to the fee as it is now. Read it, and agree or choose another way.")
NO_SPLIT = gettext_noop("You have not said where all of your new money goes. Choose its funds.")

Answer = Mapping[str, Any]  # Any: JSON values


def path_objections(visit: Visit) -> list[StandingObjection]:
    """What stands against the path that was answered; nothing where none was, or all is to stay as it is."""
    return [StandingObjection(slug, Objection("FUND_NOT_OPEN", sentence)) for slug, sentence in _found(visit)]


def _found(visit: Visit) -> Iterator[tuple[str, str]]:
    path = path_of(visit)
    offered = {*offered_paths(visit), *([KEEP] if is_path_held(visit) else [])}
    if path is not None and path not in offered:
        yield "path", NOT_OFFERED
    elif path == PathKind.HELP_ME_CHOOSE and not is_mix_current(visit, visit.answers.get("questions", {})):
        yield "questions", MIX_CHANGED
    elif path == PathKind.MANAGE_IT_FOR_ME and not is_agreed(visit, visit.answers.get("managed", {})):
        yield "managed", NOT_AGREED
    elif path == PathKind.CHOOSE_MYSELF and not is_all_split(visit, visit.answers.get("allocation", {})):
        yield "allocation", NO_SPLIT


def is_mix_current(visit: Visit, answer: Answer) -> bool:
    """Whether the questions answered are the plan's, and the portfolio they led to has the funds it had then."""
    paths = visit.offer.paths
    portfolio = next((one for one in paths.portfolios if one.portfolio == answer.get("portfolio")), None)
    if portfolio is None or answer.get("questionnaire_id") != paths.questionnaire_id:
        return False
    return answer.get("split") == {one.fund: plain(one.percent) for one in portfolio.funds if one.percent}


def is_agreed(visit: Visit, answer: Answer) -> bool:
    """Whether the provider's fee of today was agreed to."""
    provider = visit.offer.paths.provider
    if provider is None or not answer.get("is_accepted"):
        return False
    fee = None if provider.fee_percent is None else plain(provider.fee_percent)
    return (answer.get("provider_id"), answer.get("fee_percent")) == (provider.provider_id, fee)


def is_all_split(visit: Visit, answer: Answer) -> bool:
    """Whether it was said where new money goes, also that of a source in which the person begins to save."""
    splits = answer.get("allocations") or {}
    if answer.get("split"):
        return True
    before = visit.standing
    begun = {
        one.source
        for one in invested_sources(visit)
        if one.kind in SAVED_KINDS and before.rates.get(one.source, Rate()).is_zero
    }
    return bool(splits) and begun <= splits.keys() | {
        one for one, split in before.allocations.items() if any(split.values())
    }
