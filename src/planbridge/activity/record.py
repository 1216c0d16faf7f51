"""The only writer of the activity table."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection as database
from django.utils import timezone

from planbridge.activity.entry import SYNCS, Verb
from planbridge.activity.run_id import new_run_id
from planbridge.activity.statements import statement

INSTALLATION = 0
SUCCESSFUL = "successful"


@dataclass(frozen=True)
class Happening:
    """What is to be recorded: the verb, the plan (INSTALLATION for none) and what belongs to it.

    The firm is that of the plan or connection; `firm_id` is given for what belongs to neither. `status` is how it
    ended, in the words of a run's status; a sync has none of its own, for its run has it.
    """

    verb: Verb
    actor: str
    plan_id: int = INSTALLATION
    id: UUID = field(default_factory=new_run_id)
    participant_id: str = ""
    connection_id: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    happened_at: datetime = field(default_factory=timezone.now)
    firm_id: int | None = None
    status: str = SUCCESSFUL


def record_activity(*happenings: Happening) -> None:
    """Write entries in the caller's transaction."""
    record_activities(happenings)


def record_activities(happenings: Iterable[Happening]) -> None:
    """Write many entries in the caller's transaction, in one statement."""
    entries = list(happenings)
    if not entries:
        return
    columns: dict[str, list[Any]] = {
        "plan_ids": [one.plan_id for one in entries],
        "ids": [one.id for one in entries],
        "verbs": [str(one.verb) for one in entries],
        "participant_ids": [one.participant_id for one in entries],
        "connection_ids": [one.connection_id for one in entries],
        "actors": [one.actor for one in entries],
        "moments": [one.happened_at for one in entries],
        "details": [json.dumps(one.detail) for one in entries],
        "firm_ids": [one.firm_id or one.detail.get("firm_id") for one in entries],
        "statuses": [None if one.verb in SYNCS else str(one.status) for one in entries],
    }
    with database.cursor() as cursor:
        cursor.execute(statement("record_activities"), columns)
