"""Replay: the rejected records of an earlier run once more, as they were delivered."""

import json
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connector import PeopleGroup, PlanFeed, WantedPlan
from planbridge.recordkeepers.folder_people import carried_of_file
from planbridge.recordkeepers.formats.canonical_json import people_from_lines
from planbridge.security.sealing import unseal
from planbridge.sync.batch import ClaimedRun
from planbridge.sync.quarantine import record_place
from planbridge.sync.run import Quarantine, SyncRun


def newest_rejected(plan_id: int, run_id: UUID) -> QuerySet[Quarantine]:
    """The records that a run rejected, of people whom no later run took in or rejected again: theirs would be older."""
    opened = Quarantine.objects.filter(plan_id=plan_id, resolved_by_run=None)
    newer = opened.filter(participant_id=OuterRef("participant_id"), run_id__gt=run_id)
    return opened.filter(~Exists(newer), run_id=run_id)


def replayed_group(run: ClaimedRun, wanted: WantedPlan, connection: Connection) -> PeopleGroup | None:
    """The newest records that the run `retries_run_id` rejected; None: the recordkeeper is asked again.

    A Recordkeeper API is asked for the people anew, because they may be mended there. A drop folder cannot be asked:
    its records are replayed from quarantine, because a Plan Sync may have brought the fund or source they lacked.
    """
    if connection.kind != ConnectionKind.FILES or run.retries_run_id is None:
        return None
    rows = newest_rejected(run.plan_id, run.retries_run_id).filter(participant_id__in=run.participants)
    records: list[dict[str, Any]] = []
    for row in rows:
        place = record_place(row.plan_id, row.run_id, row.participant_id)
        records += json.loads(unseal(bytes(row.record_sealed), place))
    whole = [record for record in records if "participant_id" in record]
    retried = SyncRun.objects.get(plan_id=run.plan_id, id=run.retries_run_id)
    lines = [json.dumps(record | {"plan_id": wanted.external_plan_id}).encode() for record in whole]
    feed = PlanFeed(wanted, is_complete=False, as_of=retried.as_of, delivered_as=retried.delivered_as)
    parts = [people_from_lines(lines, plan_ids=None)] if lines else ()
    carried = carried_of_file(connection, retried.delivered_as)
    return PeopleGroup((feed,), parts, has_one_part=True, carried=carried)
