"""How fresh a plan's people are, and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from planbridge.schedules.freshness import FreshnessFacts, LastRun, judge_freshness

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAILY = FreshnessFacts(30, NOW - timedelta(days=90), next_run_at=NOW + timedelta(hours=14))
FAILED = LastRun("Error", NOW - timedelta(hours=10), "RK_AUTH_FAILED", has_taken_in=False)


def ago(hours: float) -> datetime:
    """So many hours ago."""
    return NOW - timedelta(hours=hours)


@pytest.mark.parametrize(
    ("facts", "state", "reason"),
    [
        (replace(DAILY, synced_at=ago(30)), "On track", "Synced 30 hours ago, to be synced every 30 hours."),
        (
            replace(DAILY, synced_at=ago(31), last_run=FAILED),
            "Late",
            "Synced 31 hours ago, to be synced every 30 hours. The last Participant Sync ended Error: RK_AUTH_FAILED.",
        ),
        (
            replace(DAILY, synced_at=ago(31), next_run_at=None),
            "Stale",
            "Synced 31 hours ago, to be synced every 30 hours. No task that is on will sync it.",
        ),
        (replace(DAILY, synced_at=ago(61)), "Stale", "Synced 2 days ago, to be synced every 30 hours."),
        (
            replace(DAILY, added_at=ago(1)),
            "On track",
            "Never synced; added 1 hour ago, to be synced within 30 hours.",
        ),
    ],
)
def test_judgement(facts: FreshnessFacts, state: str, reason: str) -> None:
    """TS-5: A plan is On track, Late or Stale by its target, with the reason and the next attempt."""
    judged = judge_freshness(facts, NOW)
    assert (judged.state.label, judged.reason, judged.next_attempt_at) == (state, reason, facts.next_run_at)


def test_underway() -> None:
    """TS-5: A sync under way is the next attempt, so a plan past its target is Late and not Stale."""
    judged = judge_freshness(replace(DAILY, synced_at=ago(40), next_run_at=None, is_underway=True), NOW)
    assert (judged.state.label, judged.next_attempt_at) == ("Late", NOW)
    assert judged.reason.endswith("A Participant Sync is under way.")
