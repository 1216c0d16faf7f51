"""Freshness: whether a plan's people are On track, Late or Stale, why, and when the next attempt is; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# Beyond so many times its target a plan is Stale: by then a daily sync has failed twice.
STALE_TARGETS = 2
HOURS_A_DAY = 24


class FreshnessState(StrEnum):
    """How a plan's people stand against their target."""

    ON_TRACK = "on_track"  # synced within the target
    LATE = "late"  # older than the target, and another attempt is to come
    STALE = "stale"  # older than twice the target, or older than it with no attempt to come

    @property
    def label(self) -> str:
        """The word on the screen."""
        return {"on_track": "On track", "late": "Late", "stale": "Stale"}[self.value]


@dataclass(frozen=True)
class LastRun:
    """A plan's newest ended Participant Sync: its status in words, when it ended, and its first error's code."""

    status: str
    ended_at: datetime
    code: str | None = None
    has_taken_in: bool = True


@dataclass(frozen=True)
class FreshnessFacts:
    """What freshness is judged by; `synced_at` is the end of the last sync that took people in."""

    target_hours: int
    added_at: datetime
    synced_at: datetime | None = None
    last_run: LastRun | None = None
    is_underway: bool = False
    next_run_at: datetime | None = None


@dataclass(frozen=True)
class Freshness:
    """The judgement: state, reason in a sentence or two, and the next attempt (the moment judged: underway; None: none)."""

    state: FreshnessState
    reason: str
    next_attempt_at: datetime | None


def judge_freshness(facts: FreshnessFacts, now: datetime) -> Freshness:
    """How fresh a plan's people are at a moment. One that was never synced counts from when it was added."""
    age = now - (facts.synced_at or facts.added_at)
    target = timedelta(hours=facts.target_hours)
    next_attempt = now if facts.is_underway else facts.next_run_at
    if age <= target:
        state = FreshnessState.ON_TRACK
    elif age <= STALE_TARGETS * target and next_attempt is not None:
        state = FreshnessState.LATE
    else:
        state = FreshnessState.STALE
    sentences = [age_sentence(facts, age)]
    if state is not FreshnessState.ON_TRACK:
        sentences += [failure_sentence(facts), attempt_sentence(facts)]
    return Freshness(state, " ".join(sentence for sentence in sentences if sentence), next_attempt)


def age_sentence(facts: FreshnessFacts, age: timedelta) -> str:
    """How old the people are, against the target."""
    if facts.synced_at is None:
        return f"Never synced; added {in_hours(age)} ago, to be synced within {facts.target_hours} hours."
    return f"Synced {in_hours(age)} ago, to be synced every {facts.target_hours} hours."


def failure_sentence(facts: FreshnessFacts) -> str:
    """What kept the last attempt from taking people in; empty when nothing did, or there was none."""
    if facts.last_run is None or facts.last_run.has_taken_in:
        return ""
    code = f": {facts.last_run.code}" if facts.last_run.code else ""
    return f"The last Participant Sync ended {facts.last_run.status}{code}."


def attempt_sentence(facts: FreshnessFacts) -> str:
    """What is going to happen without anybody's doing."""
    if facts.is_underway:
        return "A Participant Sync is under way."
    return "" if facts.next_run_at is not None else "No task that is on will sync it."


def in_hours(age: timedelta) -> str:
    """A length of time in whole hours, from two days on in days."""
    hours = max(0, int(age.total_seconds() // 3600))
    if not hours:
        return "less than an hour"
    number, word = (hours // HOURS_A_DAY, "day") if hours >= 2 * HOURS_A_DAY else (hours, "hour")
    return f"{number:,} {word}{'' if number == 1 else 's'}"
