"""Progress: how far the job of a batch has come, told while its transaction is still open.

It is told on a connection of its own, because nobody else sees what an open transaction writes; only by batches that
take over a second, so that the many short ones pay nothing for it.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec
import structlog
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from planbridge.sync.statements import statement

SILENT_SECONDS = 1.0
BETWEEN_SECONDS = 0.5
log = structlog.get_logger()


class RunProgress(models.Model):
    """One row a batch that is being worked on: the stages done so far of the plans at hand, people read, plans done."""

    batch_id = models.UUIDField(primary_key=True)
    stages = models.JSONField()
    people_read = models.IntegerField()
    plans_done = models.IntegerField()
    plans_in_all = models.IntegerField()
    told_at = models.DateTimeField()

    class Meta:
        db_table = "run_progress"


class Progress:
    """Tells how far one batch of `plans_in_all` plans has come."""

    def __init__(self, batch_id: UUID, plans_in_all: int) -> None:
        self.batch_id = batch_id
        self.plans_in_all = plans_in_all
        self.plans_done = 0
        self.due = time.monotonic() + SILENT_SECONDS
        self.connection: BaseDatabaseWrapper | None = None

    def tell(self, stages: Sequence[Mapping[str, Any]]) -> None:
        """Tell the stages done so far, unless that was done just now. A database that is gone shows elsewhere."""
        if time.monotonic() < self.due:
            return
        self.due = time.monotonic() + BETWEEN_SECONDS
        told = {
            "batch_id": self.batch_id,
            "stages": msgspec.json.encode(stages).decode(),
            "people_read": next((one["count"] for one in stages if one["stage"] == "recognise"), 0),
            "plans_done": self.plans_done,
            "plans_in_all": self.plans_in_all,
        }
        try:
            if self.connection is None:
                self.connection = connections.create_connection(DEFAULT_DB_ALIAS)
            with self.connection.cursor() as cursor:
                cursor.execute(statement("tell_progress"), told)
        except DatabaseError:
            log.warning("progress not told", batch=str(self.batch_id))

    def close(self) -> None:
        """The batch is done with: nothing is told of it any more."""
        if self.connection is None:
            return
        try:
            with self.connection.cursor() as cursor:
                cursor.execute("DELETE FROM run_progress WHERE batch_id = %s", [self.batch_id])
        except DatabaseError:
            log.warning("progress not cleared", batch=str(self.batch_id))
        finally:
            self.connection.close()


@contextmanager
def progress_of(batch_id: UUID, plans_in_all: int) -> Iterator[Progress]:
    """A progress that is closed however the batch ends."""
    progress = Progress(batch_id, plans_in_all)
    try:
        yield progress
    finally:
        progress.close()
