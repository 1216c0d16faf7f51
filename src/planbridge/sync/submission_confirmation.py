"""Confirmation: accepted submissions are held against the data that a Participant Sync has just taken in."""

import json
from collections.abc import Mapping

from django.db import connection as database
from django.utils import timezone

from planbridge.activity.entry import Verb
from planbridge.recordkeepers.connector import PlanFeed
from planbridge.sync.statements import array_of, statement
from planbridge.sync.submission import Submission
from planbridge.sync.submission_book import SYNC_ACTOR, moved, record_happenings, settle_moves
from planbridge.sync.submission_states import Event


def confirm_submissions(applied: Mapping[int, PlanFeed]) -> None:
    """Confirm what the data of these plans show, in the transaction that took them in; one statement where nothing is open.

    A change whose day is over and that the data do not show is told of once: SUBMISSION_UNCONFIRMED.
    """
    feeds = {plan_id: feed for plan_id, feed in applied.items() if feed.as_of is not None}
    if not feeds:
        return
    with database.cursor() as cursor:
        cursor.execute(
            statement("shown_submissions"),
            {
                "plan_ids": array_of(feeds),
                "as_ofs": array_of(feed.as_of for feed in feeds.values()),
                "picked": [
                    json.dumps(feed.wanted.participants) if feed.wanted.participants else None
                    for feed in feeds.values()
                ],
            },
        )
        found = {row[0]: (Event(row[1]), row[2]) for row in cursor.fetchall()}
    if not found:
        return
    now = timezone.now()
    moves, missed = [], []
    for one in Submission.objects.filter(plan_id__in=list(feeds), id__in=list(found)):
        event, newer = found[one.id]
        after = moved(one, event, now)
        after.superseded_by = newer if event is Event.OVERTAKEN else ""
        moves.append(after)
        if event is Event.MISSED:
            missed.append(after)
    ours = settle_moves(moves, now, actor=SYNC_ACTOR)
    record_happenings([(one, Verb.SUBMISSION_UNCONFIRMED) for one in missed if one.id in ours], SYNC_ACTOR)
