"""A batch: the plans that one job works on together, each with its run, and what each run was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import polars as pl

from planbridge.recordkeepers.connector import PeopleGroup, PlanFeed
from planbridge.sync.progress import Progress
from planbridge.sync.run_book import Ticket


@dataclass(frozen=True)
class Asked:
    """What a run was asked for."""

    is_dry_run: bool = False
    guard_waived_by: str = ""
    requested_by: str = ""


class ClaimedRun(NamedTuple):
    """What the work needs of a run, by the columns of the same names; whole rows of thousands would take 10 ms more."""

    id: UUID
    plan_id: int
    kind: str
    connection_id: int
    batch_id: UUID
    participants: list[str]
    is_full: bool
    is_dry_run: bool
    guard_waived_by: str
    retries_run_id: UUID | None
    requested_by: str


@dataclass
class Batch:
    """Claimed runs by plan id. `external`: external_plan_id and plan_id of the plans, as a frame."""

    tickets: dict[int, Ticket]
    asked: dict[int, Asked]
    external: pl.DataFrame
    progress: Progress
    busy: set[int] = field(default_factory=set)
    to_read_in_full: set[int] = field(default_factory=set)

    def run_ids(self, plan_ids: Sequence[int]) -> dict[int, UUID]:
        """The run of each plan."""
        return {plan_id: self.tickets[plan_id].run_id for plan_id in plan_ids}

    def tickets_of(self, plan_ids: Sequence[int]) -> list[Ticket]:
        """The tickets of some plans."""
        return [self.tickets[plan_id] for plan_id in plan_ids]


def feeds_by_plan(group: PeopleGroup) -> dict[int, PlanFeed]:
    """The feeds of a group by our plan id."""
    return {feed.wanted.plan_id: feed for feed in group.feeds}
