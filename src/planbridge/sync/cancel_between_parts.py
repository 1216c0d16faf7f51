"""Canceling on the way: a plan so large that it comes in parts is let go of between two of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import DeliveryRefused, PeopleGroup
from planbridge.recordkeepers.delivered import Delivered
from planbridge.sync.batch import Batch
from planbridge.sync.run import SyncRun
from planbridge.sync.run_book import Ticket

CODE = "RUN_CANCELED"


def cancelable(batch: Batch, groups: Iterable[PeopleGroup]) -> Iterator[PeopleGroup]:
    """The groups; one of a single plan in several parts ends between them, with nothing taken in, when it is canceled."""
    for group in groups:
        yield group if group.has_one_part or len(group.feeds) != 1 else watched(batch, group)


def watched(batch: Batch, group: PeopleGroup) -> PeopleGroup:
    """The group of one plan, whose parts look whether its run is canceled."""

    def when_refused(problem: Problem) -> PeopleGroup:
        if problem.code == CODE or group.when_refused is None:
            return PeopleGroup((), ())  # the run is ended as Canceled with the others that were, after the batch
        return group.when_refused(problem)

    ticket = batch.tickets[group.feeds[0].wanted.plan_id]
    return replace(group, parts=WatchedParts(group.parts, ticket), when_refused=when_refused)


@dataclass(frozen=True)
class WatchedParts:
    """Parts of a plan's people; raises DeliveryRefused instead of giving the next one when the run is canceled."""

    parts: Iterable[Delivered]
    ticket: Ticket

    def __iter__(self) -> Iterator[Delivered]:
        for part in self.parts:
            if is_canceled(self.ticket):
                raise DeliveryRefused(Problem(CODE))
            yield part


def is_canceled(ticket: Ticket) -> bool:
    """Whether somebody has asked to cancel the run."""
    runs = SyncRun.objects.filter(plan_id=ticket.plan_id, id=ticket.run_id)
    return runs.exclude(cancel_requested_by="").exists()
