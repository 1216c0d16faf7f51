"""Managed-account providers of a firm: added, edited field by field, complete or not."""

from decimal import Decimal

import pytest

from planbridge.activity.conflict import ChangedMeanwhile, version_of
from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.plans.path_checks import lacks_of_provider
from planbridge.plans.provider import ManagedAccountProvider
from planbridge.plans.providers import ProviderRefused, add_provider, edit_provider, value_of
from planbridge.security.firm import Firm

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider() -> ManagedAccountProvider:
    """A provider of whom only the name is known."""
    return add_provider(Firm.objects.create(name="Northwind"), " Steady  Hand Advice ", actor="ada")


def edited(provider: ManagedAccountProvider, field: str, value: str) -> ManagedAccountProvider:
    """The provider with another value, seen as it is now."""
    now = ManagedAccountProvider.objects.get(pk=provider.pk)
    return edit_provider(now, field, value, seen=version_of(value_of(now, field)), actor="ada")


def test_a_provider_becomes_complete(provider: ManagedAccountProvider) -> None:
    """IP-1: a provider needs methodology, fee and disclosure; each edit is recorded with old and new value."""
    assert lacks_of_provider(provider.as_value()) == ["methodology", "fee", "disclosure"]
    edited(provider, "methodology", "Age and balance give a mix of the plan's funds.")
    edited(provider, "disclosure", "Line one.\r\nLine two.")
    done = edited(provider, "fee_percent", "0.350 %")
    assert (done.name, done.disclosure, done.fee_percent) == (
        "Steady Hand Advice",
        "Line one.\nLine two.",
        Decimal("0.35"),
    )
    assert lacks_of_provider(done.as_value()) == []
    assert lacks_of_provider(edited(provider, "fee_percent", "").as_value()) == ["fee"]
    entries = ActivityEntry.objects.filter(verb=Verb.PROVIDER_CHANGED).order_by("happened_at", "id")
    assert [one.detail["changed"] for one in entries][-2:] == [
        {"fee_percent": ["", "0.35"]},
        {"fee_percent": ["0.35", ""]},
    ]
    assert {one.firm_id for one in entries} == {provider.firm_id}


def test_the_same_again_is_no_change(provider: ManagedAccountProvider) -> None:
    """PL-8: a value saved as it stands, in another spelling of its number too, writes no activity."""
    edited(provider, "fee_percent", "0.35")
    edited(provider, "fee_percent", ".350")
    edited(provider, "is_active", "yes")
    assert ActivityEntry.objects.filter(verb=Verb.PROVIDER_CHANGED).count() == 1


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("fee_percent", "-0.1", "from 0 to 10"),
        ("fee_percent", "11", "from 0 to 10"),
        ("fee_percent", "free", "from 0 to 10"),
        ("fee_percent", "NaN", "from 0 to 10"),
        ("fee_percent", "0.12345", "at most 4 digits"),
        ("name", " ", "needs a name"),
        ("fee_note", "x" * 501, "at most 500 characters"),
        ("disclosure", "x" * 10_001, "at most 10,000 characters"),
        ("color", "red", "no field color"),
    ],
)
def test_what_cannot_be_is_refused(provider: ManagedAccountProvider, field: str, value: str, reason: str) -> None:
    """IP-1: a fee that is no percentage, a text that is too long or no name is refused in words."""
    with pytest.raises(ProviderRefused, match=reason):
        edit_provider(provider, field, value, seen="", actor="ada")


def test_two_editors_and_two_names(provider: ManagedAccountProvider) -> None:
    """PL-8: an edit of what somebody else changed is refused, and a name is there once in a firm."""
    edited(provider, "methodology", "Theirs")
    with pytest.raises(ChangedMeanwhile):
        edit_provider(provider, "methodology", "Mine", seen=version_of(""), actor="ada")
    with pytest.raises(ProviderRefused, match="there already"):
        add_provider(provider.firm, "Steady Hand Advice", actor="ada")
    second = add_provider(provider.firm, "Second", actor="ada")
    with pytest.raises(ProviderRefused, match="there already"):
        edited(second, "name", "Steady Hand Advice")
