"""A visit: all that the pages of the Enrollment site know of the participant who looks at them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.utils import timezone

from planbridge.enrollment.held import Held, held_of
from planbridge.enrollment.kept_visit import Answer, KeptVisit, begin_visit
from planbridge.enrollment.limit_years import limits_of
from planbridge.enrollment.limits import Limits
from planbridge.enrollment.objection import Objection
from planbridge.enrollment.offer import Offer, is_open, live_offer
from planbridge.enrollment.pending import with_pending
from planbridge.enrollment.saver import SAVED_KINDS
from planbridge.enrollment.visit_rows import Pending, read_person
from planbridge.enrollment.wishes import Elections
from planbridge.participants.models import Participant
from planbridge.participants.participant import SyncStatus
from planbridge.plans.plan import Plan
from planbridge.plans.terms import Source
from planbridge.sync.submission_wish import WishKind


class NoVisit(StrEnum):
    """Why somebody cannot be shown the pages of their plan."""

    PLAN_CLOSED = "plan_closed"  # a draft, or inactive
    PERSON_GONE = "person_gone"  # not in the plan, or no longer at the recordkeeper


@dataclass(frozen=True)
class Visit:
    """A participant on the Enrollment site: what the live version offers, what is held, what they answered so far.

    `pending` is what they asked for before and is on its way still. `answers` are by the slug of the step. `kept` is None in a preview, which keeps nothing. `today` is the day in the
    firm's zone.
    """

    plan: Plan
    person: Participant
    offer: Offer
    held: Held
    pending: tuple[Pending, ...]
    provisions: Mapping[str, Any]  # Any: JSON values
    sources: tuple[Source, ...]
    limits: Limits | Objection
    answers: Mapping[str, Answer]
    language: str
    today: date
    kept: KeptVisit | None

    @property
    def is_preview(self) -> bool:
        """Whether an advisor looks at it, who can change nothing."""
        return self.kept is None

    @property
    def source_names(self) -> dict[str, str]:
        """The names of the plan's sources by code."""
        return {one.source: one.name or one.source for one in self.sources}

    @property
    def source_kinds(self) -> dict[str, str]:
        """The kinds of the plan's sources by code."""
        return {one.source: one.kind for one in self.sources}

    @property
    def fund_names(self) -> dict[str, str]:
        """The names of the lineup's funds by code."""
        return {one.fund: one.name or one.fund for one in self.offer.content.lineup.funds}

    @cached_property
    def standing(self) -> Elections:
        """The elections as they will be: those held, with what is on its way; rates only of sources that people save in."""
        rates = {
            source: rate
            for source, rate in self.held.elections.rates.items()
            if self.source_kinds.get(source) in SAVED_KINDS
        }
        return with_pending(replace(self.held.elections, rates=rates), self.pending)

    @property
    def names(self) -> tuple[str, str]:
        """First and last name as they will be."""
        asked = [body for kind, _, body in self.pending if kind == WishKind.NAME]
        if asked:
            return str(asked[-1]["first_name"]), str(asked[-1]["last_name"])
        return self.person.first_name or "", self.person.last_name or ""

    @property
    def name(self) -> str:
        """The person's first name, or their id where it is not known."""
        return self.person.first_name or self.person.participant_id


def year_of_data(plan: Plan) -> int | None:
    """The year, in the firm's zone, of which the plan's data are; None when nothing says it."""
    as_of = plan.participants_applied_as_of
    return None if as_of is None else timezone.localtime(as_of).year


def read_visit(plan: Plan, participant_id: str, *, language: str, is_preview: bool = False) -> Visit | NoVisit:
    """The visit of a person of a plan, begun when none is open; a preview begins none."""
    if not is_open(plan):
        return NoVisit.PLAN_CLOSED
    found = read_person(plan, participant_id)
    if found is None or found.person.sync_status == SyncStatus.NOT_AT_RECORDKEEPER:
        return NoVisit.PERSON_GONE
    today = timezone.localdate()
    kept = None if is_preview else found.kept or begin_visit(plan.pk, participant_id)
    return Visit(
        plan=plan,
        person=found.person,
        offer=live_offer(plan, found.live_hash),
        held=held_of(found.person, so_far_of=year_of_data(plan), year=today.year),
        pending=found.pending,
        provisions=found.provisions,
        sources=found.sources,
        limits=limits_of(today.year),
        answers=kept.answers if kept else {},
        language=language,
        today=today,
        kept=kept,
    )
