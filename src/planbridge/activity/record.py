"""The only writer of the activity table."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.activity.run_id import new_run_id

INSTALLATION = 0
BATCH_ROWS = 2000


@dataclass(frozen=True)
class Happening:
    """What is to be recorded: the verb, the plan (INSTALLATION for none) and what belongs to it."""

    verb: Verb
    actor: str
    plan_id: int = INSTALLATION
    id: UUID = field(default_factory=new_run_id)
    participant_id: str = ""
    connection_id: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    happened_at: datetime = field(default_factory=timezone.now)


def record_activity(*happenings: Happening) -> None:
    """Write entries in the caller's transaction."""
    record_activities(happenings)


def record_activities(happenings: Iterable[Happening]) -> None:
    """Write many entries in the caller's transaction."""
    ActivityEntry.objects.bulk_create(
        [
            ActivityEntry(
                plan_id=one.plan_id,
                id=one.id,
                verb=one.verb,
                participant_id=one.participant_id,
                connection_id=one.connection_id,
                actor=one.actor,
                happened_at=one.happened_at,
                detail=one.detail,
            )
            for one in happenings
        ],
        batch_size=BATCH_ROWS,
    )
