"""Whether a draft may become what participants see."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from planbridge.activity.problem import Problem
from planbridge.plans import lineup_checks
from planbridge.plans.content import Content
from planbridge.plans.edit import MAPPINGS
from planbridge.plans.lineup_checks import Finding
from planbridge.plans.overlay import Conflict
from planbridge.plans.path_checks import path_findings
from planbridge.plans.questionnaire_facts import QuestionnaireFacts
from planbridge.plans.terms import FundStatus, Lineup

RULES: tuple[tuple[str, Callable[[Lineup], Iterator[Finding]]], ...] = (
    ("FUND_NONE", lineup_checks.no_open_fund),
    ("MAPPING_UNKNOWN_FUND", lineup_checks.unknown_successors),
    ("DEFAULT_FUND_NOT_IN_LINEUP", lineup_checks.unknown_default_funds),
    ("DEFAULT_FUND_NOT_IN_LINEUP", lineup_checks.closed_default_funds),
    ("TARGET_DATE_GAP", lineup_checks.target_date_gaps),
    ("TARGET_DATE_OVERLAP", lineup_checks.target_date_overlaps),
)


@dataclass(frozen=True)
class Circumstances:
    """What a draft is judged with beside itself and the live lineup.

    `money_by_fund`: what people hold (dollars or units: only whether there are any counts); `undecided`: the items of
    the review, in words by key, that nobody decided.
    """

    money_by_fund: Mapping[str, Decimal] = field(default_factory=dict)
    questionnaire: QuestionnaireFacts | None = None
    conflicts: Sequence[Conflict] = ()
    undecided: Mapping[str, str] = field(default_factory=dict)
    has_notifications: bool = True


def check_activation(live: Lineup | None, draft: Content, around: Circumstances) -> list[Problem]:
    """Every problem of making a draft the live version, all at once; `field` is the place to mend."""
    found = [(code, finding) for code, find in RULES for finding in find(draft.lineup)]
    found += path_findings(draft.paths, draft.lineup, questionnaire=around.questionnaire)
    found += _mapping_findings(live, draft, around.money_by_fund)
    found += [("DRAFT_CONFLICT_UNDECIDED", Finding(one.place)) for one in around.conflicts]
    found += [("CHANGE_UNDECIDED", Finding(item, detail=words)) for item, words in around.undecided.items()]
    if not around.has_notifications:
        found.append(("NOTIFICATIONS_NONE", Finding("notifications")))
    return [Problem(code, value=one.value, field=one.field, detail=one.detail) for code, one in found]


def undecided_mappings(live: Lineup | None, draft: Content, money_by_fund: Mapping[str, Decimal]) -> list[str]:
    """The live funds that leave without a successor while people hold them, and of whose money nobody has decided."""
    left = lineup_checks.funds_left(draft.lineup, live.current_funds) if live else set()
    return [code for code in sorted(left) if money_by_fund.get(code, 0) > 0 and code not in draft.mappings]


def _mapping_findings(
    live: Lineup | None, draft: Content, money_by_fund: Mapping[str, Decimal]
) -> Iterator[tuple[str, Finding]]:
    """Mappings still to be decided, and mappings of leaving funds to one that cannot take the money."""
    for code in undecided_mappings(live, draft, money_by_fund):
        yield "MAPPING_UNDECIDED", Finding(f"{MAPPINGS}{code}", code)
    left = lineup_checks.funds_left(draft.lineup, live.current_funds) if live else set()
    able = {one.fund for one in draft.lineup.funds if one.status == FundStatus.OPEN}
    for code in sorted(left & set(draft.mappings)):
        successor = draft.mappings[code]
        if successor and successor not in able:
            yield (
                "MAPPING_UNKNOWN_FUND",
                Finding(f"{MAPPINGS}{code}", successor, "It is not an open fund of the draft."),
            )
