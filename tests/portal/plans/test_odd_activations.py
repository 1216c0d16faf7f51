"""Activating by forms that no page makes: refused in words, or a bad request, and never a fault of ours."""

import pytest
from django.test import Client

from planbridge.plans.lifecycle import activation_date
from planbridge.plans.plan import Plan
from tests.portal.plans.reviewing import address, token


@pytest.mark.parametrize("typed", ["9999-12-31T23:59", "0001-01-01T00:00", "2200-01-01T00:00"])
def test_a_date_at_the_end_of_time(waiting: Plan, advisor: Client, typed: str) -> None:
    """PL-6: a date that no calendar here reaches is refused in words, and what was typed stays."""
    answer = advisor.post(address("activation_date", waiting), {"at": typed, "seen": token(waiting)})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose a date of the years 2000 to 2199." in page
    assert typed in page
    assert activation_date(waiting) is None


def test_a_review_that_nobody_saw(waiting: Plan, advisor: Client) -> None:
    """PL-6: a token with NUL, which no page gives out, is a bad request, and activates nothing."""
    answer = advisor.post(address("activate", waiting), {"seen": "\0"})
    assert answer.status_code == 400
    assert Plan.objects.get(pk=waiting.pk).live_version == waiting.live_version
