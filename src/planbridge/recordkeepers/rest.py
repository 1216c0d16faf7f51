"""The `rest` connector: reads plans and people from a Recordkeeper API."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import (
    Check,
    ConnectorError,
    ListedPlan,
    PeopleGroup,
    PlanAnswer,
    PlanFeed,
    WantedPlan,
)
from planbridge.recordkeepers.delivered import DeliveredPart
from planbridge.recordkeepers.formats.canonical_json import people_from_lines
from planbridge.recordkeepers.rest_check import check_steps
from planbridge.recordkeepers.rest_people import PlanPeople, RestPeople
from planbridge.recordkeepers.rest_plans import list_plans, read_plan
from planbridge.recordkeepers.rest_requests import RestRequests

GROUP_PEOPLE_MAX = 100_000
# Documents of 1.9 kB take 0.6 GB while a part of so many is made, and 1.0 GB with 100,000.
PART_PEOPLE_MAX = 50_000
WORKERS_WITHOUT_LIMIT = 4

Read = TypeVar("Read")


class RestConnector:
    """Reads one recordkeeper over the Recordkeeper API. Each reading opens its own connections and closes them."""

    def __init__(self, connection: Connection, credentials: dict[str, str]) -> None:
        """Take a connection (saved or not) and its credentials: {"token"} or {"client_id", "client_secret"}."""
        self._connection = connection
        self._credentials = credentials

    def test(self) -> Iterator[Check]:
        """Try the connection step by step; the first step that fails is the last one given."""
        try:
            # Without a slot: whoever presses the button should not wait for a sync to end.
            with self._requests() as requests:
                yield from check_steps(requests)
        except ConnectorError as error:
            is_token = error.problem.code == "RK_AUTH_FAILED"
            yield Check("credentials" if is_token else "name", passed=False, said=error.problem.message)

    def list_plans(self) -> Iterator[ListedPlan]:
        """Every plan the connection may see. Raises ConnectorError."""
        with self._requests() as requests, requests.limits.slot():
            yield from list_plans(requests)

    def read_plans(self, wanted: Sequence[WantedPlan]) -> Iterator[PlanAnswer]:
        """One answer a wanted plan, in any order, several at once. Raises FixSettings for unusable settings."""
        with self._requests() as requests:

            def read(plan: WantedPlan) -> PlanAnswer:
                try:
                    with requests.limits.slot():
                        return read_plan(requests, plan)
                except ConnectorError as error:
                    return PlanAnswer(plan, problems=(error.problem,))

            yield from self._at_once(read, wanted, requests)

    def read_people(self, wanted: Sequence[WantedPlan]) -> Iterator[PeopleGroup]:
        """Groups of about 100,000 people; a larger plan alone, in parts."""
        with self._requests() as requests:
            people = RestPeople(requests)

            def read(plan: WantedPlan) -> PlanPeople:
                try:
                    with requests.limits.slot():
                        return people.read(plan)
                except ConnectorError as error:
                    return PlanPeople(PlanFeed(plan, is_complete=False, problems=(error.problem,)))

            yield from _grouped(self._at_once(read, wanted, requests))

    def settle(self, kind: str, read: Sequence[PlanFeed | PlanAnswer]) -> None:
        """Nothing: a Recordkeeper API keeps no account of what was read."""

    def _requests(self) -> closing[RestRequests]:
        return closing(RestRequests(self._connection, self._credentials))

    def _at_once(
        self, read: Callable[[WantedPlan], Read], wanted: Sequence[WantedPlan], requests: RestRequests
    ) -> Iterator[Read]:
        """Read plans in threads within the connection's limit, and give each as it is done; few wait for the caller."""
        workers = min(self._connection.concurrent_requests_max or WORKERS_WITHOUT_LIMIT, max(len(wanted), 1))
        remaining = iter(wanted)
        with ThreadPoolExecutor(workers) as pool:
            running: set[Future[Read]] = {pool.submit(read, plan) for plan in islice(remaining, workers)}
            try:
                while running:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    running |= {pool.submit(read, plan) for plan in islice(remaining, len(done))}
                    for future in done:
                        yield future.result()
            finally:
                # When the caller wants no more, what still waits between tries ends at once.
                requests.close()


def _grouped(read: Iterable[PlanPeople]) -> Iterator[PeopleGroup]:
    held: list[PlanPeople] = []
    for plan in read:
        if _size(plan) > GROUP_PEOPLE_MAX:
            yield _group([plan])
            continue
        held.append(plan)
        if sum(map(_size, held)) >= GROUP_PEOPLE_MAX:
            yield _group(held)
            held = []
    if held:
        yield _group(held)


def _group(plans: list[PlanPeople]) -> PeopleGroup:
    return PeopleGroup(tuple(plan.feed for plan in plans), _Parts(tuple(plans)))


def _size(plan: PlanPeople) -> int:
    return 0 if plan.spool is None else len(plan.spool)


@dataclass(frozen=True)
class _Parts:
    """The people of some plans in one part, of a large plan in several; read from the spools each time."""

    plans: tuple[PlanPeople, ...]

    def __iter__(self) -> Iterator[DeliveredPart]:
        lines: list[bytes] = []
        plan_ids: list[str] = []
        is_large = sum(map(_size, self.plans)) > GROUP_PEOPLE_MAX and len(self.plans) == 1
        for plan in self.plans:
            for documents in plan.spool.people() if plan.spool else ():
                # Differing repeats stay together.
                lines += documents
                plan_ids += [plan.feed.wanted.external_plan_id] * len(documents)
                if is_large and len(lines) >= PART_PEOPLE_MAX:
                    yield _taken_out(lines, plan_ids)
        if lines:
            yield _taken_out(lines, plan_ids)


def _taken_out(lines: list[bytes], plan_ids: list[str]) -> DeliveredPart:
    """The part of these lines; the lists are emptied, so that the text is not kept while the part is worked on."""
    part = people_from_lines(lines, plan_ids=plan_ids)
    lines.clear()
    plan_ids.clear()
    return part
