"""The protocol that every connector speaks, and the three errors it may raise.

    ConnectorError          a broken machine, with the problem that says so
      +- TryAgain           the next step: try again later (unreachable, too slow, too busy)
      +- FixSettings        the next step: a person mends the connection (credentials, address, folder)
      +- GiveUp             the next step: none here; the recordkeeper breaks its contract

Bad data is no error: it comes as problems of a plan's feed and of its records.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.delivered import Delivered


class ConnectorError(Exception):
    """A broken machine between here and the recordkeeper's data."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class TryAgain(ConnectorError):  # noqa: N818 - named by the next step
    """It may work later."""


class FixSettings(ConnectorError):  # noqa: N818 - named by the next step
    """A person must mend the connection."""


class GiveUp(ConnectorError):  # noqa: N818 - named by the next step
    """The recordkeeper breaks its contract; trying again would change nothing."""


@dataclass(frozen=True)
class RequestLine:
    """One request as the run shows it: secrets masked, time in milliseconds."""

    method: str
    path: str
    status: str
    milliseconds: int


@dataclass(frozen=True)
class Check:
    """One step of Test connection (name, tls, credentials, permission, contract): whether it passed, and what it saw."""

    step: str
    passed: bool
    said: str


@dataclass(frozen=True)
class ListedPlan:
    """A plan in the recordkeeper's list; `participants` None when the list does not say."""

    external_plan_id: str
    name: str
    participants: int | None


@dataclass(frozen=True)
class WantedPlan:
    """A plan to be read: what was read of it so far, and whom to read (nobody named: everybody)."""

    plan_id: int
    external_plan_id: str
    read_as_of: datetime | None = None
    changed_since: datetime | None = None
    etag: str = ""
    participants: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlanAnswer:
    """What the recordkeeper says of one plan; `document` None: nothing new, or refused when `problems` say so."""

    wanted: WantedPlan
    document: dict[str, Any] | None = None
    as_of: datetime | None = None
    etag: str = ""
    delivered_as: str = ""
    has_more: bool = False
    problems: tuple[Problem, ...] = ()
    requests: tuple[RequestLine, ...] = ()


@dataclass(frozen=True)
class ControlTotals:
    """What the recordkeeper says it sent: distinct people, dollars, dollars by source, units and dollars by fund."""

    participants: int
    market_value: Decimal
    by_source: dict[str, Decimal] = field(default_factory=dict)
    by_fund: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanFeed:
    """What a reading says of one plan beside its people.

    `has_news` False: nothing was delivered since `read_as_of`. `is_complete`: whoever is missing is gone; otherwise
    only those in `deleted` are. `has_more`: a later delivery waits. `is_partial`: it says nothing of how far the plan is
    read. `may_miss`: a record of the reading that is told of another group names no plan; it may be that of whoever is
    missing here. Problems of severity error that name no participant refuse the plan's feed as a whole.
    """

    wanted: WantedPlan
    has_news: bool = True
    is_complete: bool = True
    as_of: datetime | None = None
    delivered_as: str = ""
    has_more: bool = False
    deleted: tuple[str, ...] = ()
    totals: ControlTotals | None = None
    problems: tuple[Problem, ...] = ()
    requests: tuple[RequestLine, ...] = ()
    is_partial: bool = False
    may_miss: bool = False


@dataclass(frozen=True)
class Carried:
    """What a reading has of each person it names; all else stays as it is held.

    `tables`: the tables of items (delivered.ITEM_COLUMNS), `census`: the columns of the census. `by_ssn`: people are
    named by their SSN. `is_whole`: what is blank or missing there is gone; otherwise it says nothing. `states_all`: tables
    of which whoever has them in the reading has no other items (DeliveredPart.stated tells who). `has_one_row`: whoever
    has several rows has them by mistake, otherwise they belong together.
    """

    tables: frozenset[str]
    census: frozenset[str]
    by_ssn: bool = False
    is_whole: bool = False
    states_all: frozenset[str] = frozenset()
    has_one_row: bool = False


class DeliveryRefused(Exception):  # noqa: N818 - no broken machine: what was delivered cannot be taken
    """A delivery, or a file of it, cannot be taken as it is; the problem says why and who mends it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class TooManyBytes(DeliveryRefused):
    """What comes out of a file is more than its reader was allowed: by the limit of files, or by the room there was.

    `bytes_said`: how many bytes it has by its own word, where it says so before it is opened.
    """

    def __init__(self, problem: Problem, bytes_said: int | None = None) -> None:
        super().__init__(problem)
        self.bytes_said = bytes_said


@dataclass(frozen=True)
class PeopleGroup:
    """Plans that are worked on together: their feeds, and their people in parts of at most 100,000.

    Several parts are only given for one plan by itself, each with other participants. `parts` can be gone through
    more than once (a held run keeps what it read). Going through them may raise DeliveryRefused: then `when_refused`
    gives the group to take instead, in which each feed says why. `carried`: the parts have only that of each person
    (None: they have whole people).
    """

    feeds: tuple[PlanFeed, ...]
    parts: Iterable[Delivered]
    has_one_part: bool = False
    when_refused: "Callable[[Problem], PeopleGroup] | None" = None
    carried: Carried | None = None


class Connector(Protocol):
    """Reads one recordkeeper. Reading only: nothing here writes to it."""

    def test(self) -> Iterator[Check]:
        """Try the connection step by step; the first step that fails is the last one given."""
        ...

    def list_plans(self) -> Iterator[ListedPlan]:
        """Every plan the connection may see. Raises ConnectorError."""
        ...

    def read_plans(self, wanted: Sequence[WantedPlan]) -> Iterator[PlanAnswer]:
        """One answer a wanted plan, in any order; a plan that fails says so in its problems and stops no other."""
        ...

    def read_people(self, wanted: Sequence[WantedPlan]) -> Iterator[PeopleGroup]:
        """Groups of plans with their people (about 100,000 at a time); each wanted plan stands in exactly one."""
        ...

    def settle(self, kind: str, read: Sequence[PlanFeed | PlanAnswer]) -> None:
        """Told after the commit what has been taken in; a drop folder archives what all have read."""
        ...
