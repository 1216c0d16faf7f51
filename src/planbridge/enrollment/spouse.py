"""The spouse of a participant: whether there is one, and whether what was signed is for these beneficiaries."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from planbridge.enrollment.elections import MARRIED, Heir, HeirClass, needs_consent
from planbridge.enrollment.visit import Visit
from planbridge.sync.submission_wish import plain

YES, NO = "yes", "no"


def is_known_married(visit: Visit) -> bool:
    """Whether the plan's records say that the person is married: that is not for an answer to change."""
    return visit.held.marital_status in MARRIED


def marital_status_with(visit: Visit, married: str | None) -> str | None:
    """The marital status that counts: married by the records or by the answer; None while it is not known."""
    if is_known_married(visit):
        return visit.held.marital_status
    if married is None:
        return visit.held.marital_status
    return "married" if married == YES else "single"


def marital_status_of(visit: Visit) -> str | None:
    """The marital status by what was answered so far."""
    return marital_status_with(visit, visit.answers.get("beneficiaries", {}).get("married"))


def is_consent_asked(visit: Visit, heirs: Sequence[Heir]) -> bool:
    """Whether the spouse must agree to these beneficiaries: those held are not asked about again."""
    is_needed = needs_consent(heirs, marital_status=marital_status_of(visit), provisions=visit.provisions)
    return is_needed and is_other_than_held(visit, heirs)


def is_other_than_held(visit: Visit, heirs: Sequence[Heir]) -> bool:
    """Whether beneficiaries differ from those held, and from those asked for before, their order aside."""
    known = (visit.held.elections.heirs, visit.standing.heirs)
    return all(Counter(heirs) != Counter(one or ()) for one in known)


def consented_to(heirs: Sequence[Heir]) -> list[list[str]]:
    """What a spouse agrees to: the main beneficiaries with their shares, in one order. As JSON."""
    return sorted([one.name, plain(one.percent)] for one in heirs if one.heir_class == HeirClass.PRIMARY)


def consent_for(answer: Mapping[str, Any] | None, heirs: Sequence[Heir]) -> Mapping[str, str] | None:
    """The answer of the consent step if it was given for these beneficiaries; a consent to others counts for nothing."""
    if not answer or answer.get("to") != consented_to(heirs):
        return None
    return answer
