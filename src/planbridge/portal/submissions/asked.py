"""What the address of the submission log asks for: its filters as values, and as the form shows them."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.http import QueryDict

from planbridge.plans.plan import Plan
from planbridge.portal.activity.asked import begin_of, day_of, plans_asked, text_of
from planbridge.sync.submission_list import SubmissionFilter
from planbridge.sync.submission_receipt import read_receipt
from planbridge.sync.submission_states import State
from planbridge.sync.submission_wish import WishKind

NO_RECEIPT = "-"  # what no submission has


@dataclass(frozen=True)
class Asked:
    """The filter, and the texts of its form; `since` and `until` are days in the user's zone, both included.

    `plans`: those to look at, where the filter's text names too many to be listed by number.
    """

    plans: QuerySet[Plan]
    wanted: SubmissionFilter
    plan: str
    participant: str
    receipt: str
    since: date | None
    until: date | None

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for less than everything."""
        return bool(self.plan) or self.wanted != SubmissionFilter()


def asked_of(query: QueryDict, plans: QuerySet[Plan]) -> Asked:
    """What an address asks for of the plans that a user sees; words that mean nothing here are passed over."""
    plan, participant, receipt = (text_of(query, name) for name in ("plan", "participant", "receipt"))
    since, until = day_of(query.get("from", "")), day_of(query.get("until", ""))
    asked = plans_asked(plan, plans)
    wanted = SubmissionFilter(
        plan_ids=asked.ids,
        participant_id=participant,
        states=tuple(one for one in query.getlist("state") if one in set(State)),
        kinds=tuple(one for one in query.getlist("kind") if one in set(WishKind)),
        receipt=(read_receipt(receipt) or NO_RECEIPT) if receipt else "",
        since=begin_of(since),
        until=begin_of(until + timedelta(days=1)) if until else None,
    )
    return Asked(plans if asked.plans is None else asked.plans, wanted, plan, participant, receipt, since, until)
