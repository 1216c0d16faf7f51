"""What a plan offers its participants: the version that was activated, and nothing of any draft."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from planbridge.plans.content import Content
from planbridge.plans.investment_paths import InvestmentPaths, PathKind, Portfolio
from planbridge.plans.plan import Plan, PlanStatus
from planbridge.plans.stored_version import live_version, stored_version
from planbridge.plans.terms import Fund, FundStatus

OFFERS_KEPT = 200  # of the plans whose participants came last; each takes some 100 KB at most


@dataclass(frozen=True)
class Offer:
    """A plan's live version as its participants see it; `version` is its number, for what is recorded of a choice."""

    version: int
    content: Content

    @property
    def open_funds(self) -> tuple[Fund, ...]:
        """The funds that take new money, in the lineup's order."""
        return tuple(one for one in self.content.lineup.funds if one.status == FundStatus.OPEN)

    @property
    def paths(self) -> InvestmentPaths:
        """Portfolios, score ranges, questionnaire and provider."""
        return self.content.paths

    @property
    def offered(self) -> tuple[PathKind, ...]:
        """The paths that participants are shown, in the order in which they are named everywhere."""
        return tuple(kind for kind in PathKind if kind in self.paths.offered)


def is_open(plan: Plan) -> bool:
    """Whether the plan offers anything: it was activated, and is not inactive."""
    return plan.live_version is not None and plan.status not in {PlanStatus.DRAFT, PlanStatus.INACTIVE}


def offer_of(plan: Plan) -> Offer | None:
    """What a participant of the plan sees; None for a plan that is a draft or inactive. Three statements."""
    live = live_version(plan) if is_open(plan) else None
    return None if live is None else Offer(live.number, live.content)


def live_offer(plan: Plan, content_hash: str) -> Offer:
    """As `offer_of` for a plan that is open, without a statement where this process knows its live version already.

    A version never changes once it is live, and the plan says which it is: nobody is shown an older one.
    `content_hash` is the version's own, so that another one of the same number, as a restored backup may have, is read.
    """
    return _kept_offer(plan.pk, plan.live_version or 0, content_hash)


@lru_cache(maxsize=OFFERS_KEPT)
def _kept_offer(plan_id: int, number: int, _content_hash: str) -> Offer:
    return Offer(number, stored_version(Plan(pk=plan_id), number).content)


def retirement_year(birth_date: date, retirement_age: int) -> int:
    """The year in which somebody reaches the age, by which a target-date fund is chosen."""
    return birth_date.year + retirement_age


def default_fund_for(offer: Offer, year: int) -> Fund | None:
    """The fund of Default Investment for a retirement year; None when none serves it or none takes money.

    A closed fund stands for its successor, as far as the lineup names one.
    """
    lineup = offer.content.lineup
    for one in lineup.default_investment:
        if (one.retirement_from or year) <= year <= (one.retirement_to or year):
            return _open_fund(offer, one.fund)
    return None


def portfolio_for(offer: Offer, score: int) -> Portfolio | None:
    """The model portfolio to which a questionnaire's score leads; None when no range has the score."""
    keys = [one.portfolio for one in offer.paths.score_ranges if one.score_from <= score <= one.score_to]
    return next((one for one in offer.paths.portfolios if one.portfolio in keys), None)


def _open_fund(offer: Offer, code: str) -> Fund | None:
    funds = {one.fund: one for one in offer.content.lineup.funds}
    seen: set[str] = set()
    while (fund := funds.get(code)) is not None and fund.status == FundStatus.CLOSED and code not in seen:
        seen.add(code)
        code = fund.mapped_to
    return fund if fund is not None and fund.status == FundStatus.OPEN else None
