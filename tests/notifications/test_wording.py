"""Templates: the words that are shipped, and filling them in."""

import pytest

from planbridge.notifications.event import Audience, Event, audiences_of
from planbridge.notifications.event_setting import EventSetting, plan_has_notifications
from planbridge.notifications.template import shipped_wordings
from planbridge.notifications.wording import (
    NAME_IN_BRACES,
    Wording,
    WordingRefused,
    checked_wording,
    examples_of,
    filled,
    placeholders_of,
)
from planbridge.plans.models import Plan
from tests.notifications.conftest import switch_on


def test_every_event_has_words_for_everybody_whom_it_is_for() -> None:
    """NO-1: there are words for each event and audience, which pass the check and leave no name without a value."""
    assert set(shipped_wordings()) == {(event, audience) for event in Event for audience in audiences_of(event)}
    for (event, _), wording in shipped_wordings().items():
        assert checked_wording(event, wording) == wording
        words = filled(wording, examples_of(event))
        assert "{" not in words.subject + words.body


def test_participants_are_told_in_spanish_of_everything() -> None:
    """NO-1: each event that participants are told of has Spanish words of its own, with the same names in braces."""
    for (event, audience), english in shipped_wordings().items():
        spanish = shipped_wordings("es")[event, audience]
        if audience is Audience.CONTACTS:
            assert spanish == english
            continue
        assert spanish.subject != english.subject, event
        for ours, theirs in ((spanish.subject, english.subject), (spanish.body, english.body)):
            assert sorted(NAME_IN_BRACES.findall(ours)) == sorted(NAME_IN_BRACES.findall(theirs)), event
        lines = set(spanish.body.splitlines()) & set(english.body.splitlines())
        assert {line for line in lines if not line.startswith("{{")} <= {""}, event


def test_no_name_stands_for_an_ssn_or_a_balance() -> None:
    """NO-1, US-2: no event has a placeholder for an SSN, a birth date, pay or money held."""
    names = {one.name for event in Event for one in placeholders_of(event)}
    assert names == {
        *("plan_name", "participant_name", "change", "effective", "receipt"),
        *("reason", "sync", "happened_at", "address"),
    }


@pytest.mark.parametrize("text", ["{{ }}", "{{plan_name", "plan_name}}", "{{ {{ plan_name }} }}", "{% if x %}"])
def test_braces_that_hold_no_name_are_refused(text: str) -> None:
    """NO-1: braces that are open, empty or nested are refused and not sent as they are."""
    with pytest.raises(WordingRefused) as refused:
        checked_wording(Event.ENROLLMENT, Wording("Hello", text))
    assert refused.value.field == "body"


def test_a_value_that_is_not_known_leaves_a_gap() -> None:
    """NO-1: a name for which the happening has no value stands for nothing, and the braces are not sent."""
    words = filled(Wording("Rate of {{ participant_name }}", "From {{effective}}."), {"participant_name": "Ada"})
    assert words == Wording("Rate of Ada", "From .")


@pytest.mark.parametrize(
    ("setting", "is_told"),
    [
        (EventSetting(is_on=False), False),
        (EventSetting(is_on=True, to_participant=False, roles=()), False),
        (EventSetting(is_on=True, to_participant=True, roles=()), True),
        (EventSetting(is_on=True, to_participant=False, roles=("advisor",)), True),
    ],
)
def test_a_plan_has_notifications_when_one_is_on_and_for_somebody(
    setting: EventSetting, is_told: bool, plan: Plan
) -> None:
    """NO-1, PL-5: what warns before an activation is that no event is on, or none of those is for anybody."""
    switch_on(plan, Event.ENROLLMENT, setting)
    assert plan_has_notifications(plan.pk) is is_told
