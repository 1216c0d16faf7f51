"""The page of one person: everything held, now and on a day, the history, and the SSN."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from planbridge.activity.models import ActivityEntry
from planbridge.participants.models import Participant, ParticipantChange
from planbridge.plans.models import Plan
from planbridge.portal.people.change_words import item_in_words
from planbridge.security.models import SsnReveal
from planbridge.security.user import Role
from tests.portal.conftest import Cast, SignIn, user_of

HTMX = {"HX-Request": "true"}
DIGITS = (b"900-11-0001", b"900110001")


@pytest.fixture
def client(own: Cast, browser: SignIn) -> Client:
    """An Advisor's browser."""
    return browser(own.users[Role.ADVISOR])


def address_of(plan: Plan, route: str = "person") -> str:
    """An address of Ada's."""
    return reverse(f"people:{route}", args=[plan.pk, "P-0001"])


def test_everything_held(plan: Plan, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    """PT-2: the page has census, spells, rates, allocations, positions with prices, vesting, loans, beneficiaries, year."""
    with django_assert_max_num_queries(12):
        answer = client.get(address_of(plan))
    page = answer.content.decode()
    for text in (
        "Feb 29, 1964", "N1G 2W1", "$81,000.00", "1,710.5", "Jun 14, 2010", "Employee pre-tax (PRE)", "6.5 %", "$50.00",
        "66.66 %", "1,234.567800".rstrip("0"), "18.421", "Nov 16, 2026", "$22,741.97", "$23,833.26", "80 %", "$3,120.44",
        "Noor O&#x27;Neil", "$4,100.12", "***-**-0001",
    ):  # fmt: skip
        assert text in page, text
    assert "no-store" in answer.headers["Cache-Control"]
    for digits in DIGITS:
        assert digits not in answer.content


def test_reasons_of_statuses(plan: Plan, client: Client) -> None:
    """PT-3: a page says why there are warnings, and that somebody is not at the recordkeeper any more."""
    warned = client.get(reverse("people:person", args=[plan.pk, "P-0003"])).content
    assert b"EMAIL_INVALID" in warned
    gone = client.get(reverse("people:person", args=[plan.pk, "P-0005"])).content
    assert b"does not have this person any more" in gone


def test_as_it_was(plan: Plan, client: Client) -> None:
    """PT-10: the page shows a person as they were on a day, says when nothing was held yet, and refuses what is no day."""
    today = timezone.now().date()
    then = timezone.now() - timedelta(days=3)
    Participant.objects.filter(plan_id=plan.pk).update(first_synced_at=then - timedelta(days=3))
    page = client.get(address_of(plan), {"on": (today - timedelta(days=2)).isoformat()}).content.decode()
    assert "$76,923.10" in page
    assert "$81,000.00" not in page
    early = client.get(address_of(plan), {"on": "2020-01-01"}).content
    assert b"Nothing was held of this person on Jan 1, 2020" in early
    for odd in ("nonsense", "2026-02-30", "9999-01-01"):
        answer = client.get(address_of(plan), {"on": odd})
        assert answer.status_code == 422
        assert odd.encode() in answer.content


def test_history(plan: Plan, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    """PT-10: the history names field, before, after, time and run, newest first, and can be narrowed to a field."""
    with django_assert_max_num_queries(12):
        page = client.get(address_of(plan, "history")).content.decode()
    run_id = ParticipantChange.objects.get(plan_id=plan.pk, participant_id="P-0001").run_id
    for text in ("Annual compensation", "$76,923.10", "$81,000.00", str(run_id)):
        assert text in page, text
    part = client.get(address_of(plan, "history"), {"field": "email"}, headers=HTMX).content
    assert b"Never changed" in part
    calm = client.get(reverse("people:history", args=[plan.pk, "P-0004"])).content
    assert b"Nothing changed yet" in calm


@pytest.mark.parametrize(
    ("field", "parts", "text"),
    [
        ("contribution_rates", {"percent": "6.5", "amount": None}, "6.5 % of pay"),
        ("contribution_rates", {"percent": None, "amount": "50"}, "$50.00 a pay period"),
        ("allocations", {"percent": "66.66"}, "66.66 %"),
        ("ytd", {"amount": "3120.44"}, "$3,120.44"),
        ("loans", {"balance": "4100.12", "rate": "8.5", "status": None}, "Balance $4,100.12, Rate 8.5 %"),
        ("balances", {"units": None}, ""),
    ],
)
def test_history_has_units(field: str, parts: dict[str, str | None], text: str) -> None:
    """PT-10: a rate, an allocation or an amount of the history stands with its unit."""
    assert item_in_words(field, parts) == text


def test_reveal(plan: Plan, own: Cast, client: Client) -> None:
    """US-2: an SSN is shown once for a reason, which stands in the access log and in the activity before it is shown."""
    ask = {"reason": "  Caller on 900-11-0001 checks the\nlast statement "}
    shown = client.post(address_of(plan, "ssn"), ask, headers=HTMX)
    assert DIGITS[0] in shown.content
    assert "no-store" in shown.headers["Cache-Control"]
    log = SsnReveal.objects.get(plan_id=plan.pk)
    user = own.users[Role.ADVISOR]
    assert (log.participant_id, log.user_id, log.user_email, log.firm_id) == (
        "P-0001",
        user.pk,
        user.email,
        own.firm.pk,
    )
    assert log.reason == "Caller on ***-**-0001 checks the last statement"
    entry = ActivityEntry.objects.get(plan_id=plan.pk, verb="ssn_revealed")
    assert (entry.id, entry.actor, entry.participant_id) == (log.id, user.email, "P-0001")
    assert entry.detail == {"reason": log.reason}
    hidden = client.get(address_of(plan, "ssn"), headers=HTMX)
    assert b"***-**-0001" in hidden.content
    assert DIGITS[0] not in hidden.content
    assert client.get(address_of(plan, "ssn")).headers["Location"] == address_of(plan)


@pytest.mark.parametrize("reason", ["", " x ", "\x00\x00\x00\x00\x00", "long " * 200])
def test_no_reason_no_ssn(reason: str, plan: Plan, client: Client) -> None:
    """US-2: without a reason of a few words nothing is shown and nothing logged."""
    refused = client.post(address_of(plan, "ssn"), {"reason": reason}, headers=HTMX)
    assert refused.status_code == 422
    assert DIGITS[0] not in refused.content
    assert refused.headers["HX-Retarget"] == "#reveal-form"
    assert not SsnReveal.objects.exists()


def test_reveal_needs_the_flag(plan: Plan, own: Cast, browser: SignIn) -> None:
    """US-2: even an Admin without the flag sees no Reveal and is refused."""
    client = browser(user_of(own.firm, Role.ADMIN, may_view_sensitive_data=False))
    assert b"Reveal" not in client.get(address_of(plan)).content
    assert client.post(address_of(plan, "ssn"), {"reason": "a good reason"}).status_code == 403
    assert not SsnReveal.objects.exists()
