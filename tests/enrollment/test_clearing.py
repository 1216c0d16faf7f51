"""Clearing away: what nobody confirmed and what ended goes after its days; what submissions refer to stays."""

from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.activity.entry_words import entry_sentence
from planbridge.activity.run_id import new_run_id
from planbridge.enrollment.clearing import TASK, Cleared, ask_for_clearing, clear_due
from planbridge.enrollment.invitation import EnrollmentInvitation
from planbridge.enrollment.jobs import clear
from planbridge.enrollment.kept_visit import KeptVisit, VisitState

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
FIRST, SECOND = 101, 102  # plans

pytestmark = pytest.mark.django_db


def visit_of(plan_id: int, person: str, days: int, state: VisitState = VisitState.OPEN) -> None:
    """A visit whose last answer is some days old."""
    then = NOW - timedelta(days=days)
    receipts = ["PB-1"] if state == VisitState.CONFIRMED else []
    KeptVisit.objects.create(
        plan_id=plan_id,
        participant_id=person,
        id=new_run_id(),
        state=state,
        begun_at=then,
        updated_at=then,
        receipts=receipts,
    )


def invitation_of(person: str, *, expires: int, used: int | None = None) -> None:
    """An invitation that expires, and was used, some days after (or, negative, before) now."""
    EnrollmentInvitation.objects.create(
        plan_id=FIRST,
        participant_id=person,
        id=new_run_id(),
        token_digest=person,
        made_by="test",
        made_at=NOW - timedelta(days=60),
        expires_at=NOW + timedelta(days=expires),
        used_at=None if used is None else NOW + timedelta(days=used),
    )


def test_visits_not_confirmed_go_after_their_days() -> None:
    """EN-1: a visit nobody confirmed and touched for 90 days goes, recorded by count; a confirmed one stays for good."""
    visit_of(FIRST, "old", 91)
    visit_of(FIRST, "older", 400)
    visit_of(SECOND, "old", 95)
    visit_of(FIRST, "young", 90)
    visit_of(FIRST, "confirmed", 400, VisitState.CONFIRMED)
    assert clear_due(NOW) == Cleared(visits=3)
    assert set(KeptVisit.objects.values_list("participant_id", flat=True)) == {"young", "confirmed"}
    entries = ActivityEntry.objects.filter(verb=Verb.ENROLLMENT_CLEARED).order_by("plan_id")
    assert [(one.plan_id, one.detail) for one in entries] == [
        (FIRST, {"visits": 2, "invitations": 0}),
        (SECOND, {"visits": 1, "invitations": 0}),
    ]
    sentence = entry_sentence(entries[0].verb, entries[0].actor, "Northwind", entries[0].detail)
    assert sentence.startswith(
        "Planbridge deleted what is kept no longer of the Enrollment site of Northwind: 2 visits"
    )


def test_invitations_go_after_they_ended() -> None:
    """EN-1: an invitation goes 30 days after its use, or after its expiry where it was not used."""
    invitation_of("used-long-ago", expires=-20, used=-32)
    invitation_of("expired-long-ago", expires=-31)
    invitation_of("used-lately", expires=-40, used=-29)
    invitation_of("expired-lately", expires=-29)
    invitation_of("good", expires=3)
    assert clear_due(NOW) == Cleared(invitations=2)
    left = set(EnrollmentInvitation.objects.values_list("participant_id", flat=True))
    assert left == {"used-lately", "expired-lately", "good"}
    assert clear_due(NOW) == Cleared()
    assert ActivityEntry.objects.filter(verb=Verb.ENROLLMENT_CLEARED).count() == 1


def test_what_is_due_changes_once_a_day() -> None:
    """EN-1: all that comes to its end in one day goes with the next, so that there is one entry a day."""
    visit_of(FIRST, "morning", 90)
    assert clear_due(NOW.replace(hour=23, minute=59)) == Cleared()
    assert clear_due(NOW + timedelta(hours=9)) == Cleared(visits=1)


def test_workers_ask_for_clearing_only_when_something_is_due() -> None:
    """EN-1: a worker's look asks for the job once, not at all while nothing is due, and the job does it."""
    waiting = ProcrastinateJob.objects.filter(task_name=TASK)
    ask_for_clearing()
    assert waiting.count() == 0
    visit_of(FIRST, "old", 4000)
    ask_for_clearing()
    ask_for_clearing()
    assert waiting.count() == 1
    clear()
    assert not KeptVisit.objects.exists()
