"""Confirming a visit: one transaction that checks the answers as a whole and writes their submissions, once."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from planbridge.enrollment.answered import objections_of, wishes_answered
from planbridge.enrollment.kept_visit import KeptVisit, VisitState, locked_visit, open_visit
from planbridge.enrollment.objection import StandingObjection
from planbridge.enrollment.visit import Visit
from planbridge.enrollment.wishes import Elections, wishes_of
from planbridge.sync.submission import Submission
from planbridge.sync.submission_wish import Wish, WishKind
from planbridge.sync.submissions import submit_wishes


class NotConfirmable(Exception):  # noqa: N818 - says what happened
    """Something stands against the answers as they are now; `objections` say what, and where it can be mended."""

    def __init__(self, objections: Sequence[StandingObjection]) -> None:
        super().__init__(*(one.objection.code for one in objections))
        self.objections = list(objections)


class NoSuchVisit(Exception):  # noqa: N818 - says what happened
    """The visit to be confirmed is not this participant's."""


class NotAsSeen(Exception):  # noqa: N818 - says what happened
    """The changes are others than the page showed: something was changed in another tab, or at the recordkeeper."""


def digest_of(wishes: Sequence[Wish]) -> str:
    """A short text that is the same for the same changes."""
    asked = [(str(one.kind), one.source, dict(one.content), one.effective) for one in wishes]
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()[:32]


def has_other_receipts(kept: KeptVisit) -> bool:
    """Whether a confirmed visit asked for something else than opting out."""
    made = Submission.objects.filter(
        plan_id=kept.plan_id, participant_id=kept.participant_id, receipt__in=kept.receipts
    )
    return made.exclude(kind=WishKind.OPT_OUT).exists()


def confirm_visit(
    visit: Visit, visit_id: UUID, *, is_opted_out: bool = False, seen: str = "", now: datetime
) -> KeptVisit:
    """Write a submission for each change and close the visit; one that was confirmed before is given back as it is.

    So two clicks, two tabs, or going back and confirming again make one set of submissions. Only who opts out after
    something else was confirmed begins anew: that is another wish. `seen`: the digest of the changes that the page
    showed (empty: not told). Raises NotConfirmable, NotAsSeen, NoSuchVisit, and WishRefused for what no recordkeeper could
    take; then nothing is written.
    """
    with transaction.atomic():
        kept = locked_visit(visit.plan.pk, visit.person.participant_id, visit_id)
        if kept is None:
            raise NoSuchVisit
        if kept.state == VisitState.CONFIRMED:
            if not is_opted_out or not has_other_receipts(kept) or not wishes_to_submit(visit, is_opted_out=True):
                return kept
            begun = open_visit(kept.plan_id, kept.participant_id)
            return confirm_visit(visit, begun.id, is_opted_out=True, now=now)
        wishes = wishes_to_submit(replace(visit, answers=kept.answers), is_opted_out=is_opted_out)
        if seen and seen != digest_of(wishes):
            raise NotAsSeen
        made = (
            submit_wishes(
                visit.plan,
                visit.person.participant_id,
                wishes,
                actor=f"participant {visit.person.participant_id}",
                now=now,
            )
            if wishes
            else []
        )
        kept.state = VisitState.CONFIRMED
        kept.confirmed_at = kept.updated_at = now
        kept.receipts = [one.receipt for one in made]
        kept.save(update_fields=["state", "confirmed_at", "updated_at", "receipts"])
    return kept


def wishes_to_submit(visit: Visit, *, is_opted_out: bool) -> list[Wish]:
    """The wishes of the answers, or the one of opting out; raises NotConfirmable."""
    if is_opted_out:
        return wishes_of(Elections(is_opted_out=True), visit.standing)
    standing = objections_of(visit)
    if standing:
        raise NotConfirmable(standing)
    return wishes_answered(visit)
