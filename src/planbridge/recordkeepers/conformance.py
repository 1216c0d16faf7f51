"""The connector kit: tests that every connector passes, for pytest; docs/connectors.md says how they are run against your own.

A test class inherits ConnectorConformance and gives a fixture `subject`. Each test calls the connector as a sync does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from planbridge.activity.problem import Problem
from planbridge.activity.problem_catalogue import CATALOGUE
from planbridge.recordkeepers.connector import (
    Check,
    Connector,
    ConnectorError,
    PeopleGroup,
    PlanAnswer,
    PlanFeed,
    WantedPlan,
)
from planbridge.recordkeepers.delivered import ITEM_COLUMNS, PEOPLE_COLUMNS

PEOPLE_A_PART = 200_000
NO_PLAN, NOBODY = "no-such-plan", "no-such-person"
DOCUMENT_NEEDS = ("plan_id", "name", "sources", "lineup")


@dataclass(frozen=True)
class Subject:
    """What is tried: a connector to a recordkeeper that has `plan_ids`, of which each has people.

    `broken`: the same connector facing a fault (no server, a wrong secret, half an answer), by the fault's name.
    `secrets`: the texts that nobody may read anywhere. `requests_at_once`: the most requests that the recordkeeper saw at
    the same time, where it can tell, and `requests_at_once_max` what the connection allows. `writes_seen`: how many
    writes the recordkeeper saw, where it can tell.
    """

    connect: Callable[[], Connector]
    plan_ids: tuple[str, ...]
    broken: Mapping[str, Callable[[], Connector]] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    requests_at_once: Callable[[], int] | None = None
    requests_at_once_max: int = 4
    writes_seen: Callable[[], int] | None = None

    def wanted(self) -> list[WantedPlan]:
        """All plans, never read before."""
        return [WantedPlan(number, plan) for number, plan in enumerate(self.plan_ids, start=1)]


def expect(is_so: object, otherwise: str) -> None:
    """Raises AssertionError with the words when something is not so."""
    if not is_so:
        raise AssertionError(otherwise)


class ConnectorConformance:
    """What the protocol of connector.py promises; inherit it, and give `subject`."""

    def test_the_connection_test_passes(self, subject: Subject) -> None:
        """RK-6: Test connection gives at least one step, with words, and all pass."""
        checks = list(subject.connect().test())
        expect(checks, "test() gives no step")
        for check in checks:
            expect(
                check.passed and check.step and check.said, f"the step {check.step} fails or says nothing: {check.said}"
            )

    def test_plans_are_listed_once(self, subject: Subject) -> None:
        """RK-6: Every plan is listed, each once, under an id that is not blank."""
        listed = [plan.external_plan_id for plan in subject.connect().list_plans()]
        expect(len(listed) == len(set(listed)), "a plan is listed twice")
        expect(all(one == one.strip() != "" for one in listed), "a plan's id is blank or padded")
        expect(set(subject.plan_ids) <= set(listed), "a plan is not listed")

    def test_every_wanted_plan_is_answered_once(self, subject: Subject) -> None:
        """RK-6: Each wanted plan gets one answer, with a document and the moment it describes."""
        answers = list(subject.connect().read_plans(subject.wanted()))
        expect(
            sorted(one.wanted.plan_id for one in answers) == sorted(one.plan_id for one in subject.wanted()),
            "not each once",
        )
        for answer in answers:
            expect(not answer.problems, f"problems: {answer.problems}")
            expect(answer.document is not None, "no document")
            document = answer.document or {}
            expect(document.get("plan_id") == answer.wanted.external_plan_id, "the document is another plan's")
            expect(all(document.get(name) for name in DOCUMENT_NEEDS), f"the document lacks one of {DOCUMENT_NEEDS}")
            expect(answer.as_of is not None and answer.as_of.tzinfo is not None, "as_of has no time zone")

    def test_every_wanted_plan_has_its_people(self, subject: Subject) -> None:
        """RK-6: Each wanted plan stands in one group, with people in text frames of the agreed columns."""
        found: dict[str, int] = dict.fromkeys(subject.plan_ids, 0)
        feeds: list[PlanFeed] = []
        for group in subject.connect().read_people(subject.wanted()):
            feeds += group.feeds
            for plan, people in people_by_plan(group).items():
                expect(plan in found, f"people of {plan}, which nobody asked for")
                found[plan] += people
        expect(
            sorted(one.wanted.plan_id for one in feeds) == sorted(one.plan_id for one in subject.wanted()),
            "not each once",
        )
        expect(all(found.values()), f"a plan has nobody: {found}")
        for feed in feeds:
            expect(
                feed.has_news and feed.as_of is not None and feed.as_of.tzinfo is not None, "a feed without its moment"
            )
            expect(not [one for one in feed.problems if not one.participant_id], f"problems: {feed.problems}")

    def test_parts_can_be_gone_through_again(self, subject: Subject) -> None:
        """RK-6: A held run keeps what it read: the parts of a group say the same a second time."""
        for group in subject.connect().read_people(subject.wanted()):
            expect(people_by_plan(group) == people_by_plan(group), "a second reading of the parts differs")

    def test_a_plan_that_is_not_there_stops_no_other(self, subject: Subject) -> None:
        """RK-6: An unknown plan says so in its problems; the others are answered."""
        wanted = [WantedPlan(999, NO_PLAN), *subject.wanted()]
        answers = {one.wanted.external_plan_id: one for one in subject.connect().read_plans(wanted)}
        expect(answers[NO_PLAN].problems and answers[NO_PLAN].document is None, "an unknown plan has no problem")
        expect(all(answers[plan].document for plan in subject.plan_ids), "an unknown plan stopped another")
        feeds = [feed for group in subject.connect().read_people(wanted) for feed in group.feeds]
        lost = [feed for feed in feeds if feed.wanted.external_plan_id == NO_PLAN]
        expect(len(lost) == 1 and lost[0].problems, "an unknown plan's people have no problem")

    def test_people_picked_by_hand_are_read_alone(self, subject: Subject) -> None:
        """RK-6: Picked people are read and nobody else; the feed is not complete, and who is not there is named."""
        plan = subject.plan_ids[0]
        everybody = [one for group in subject.connect().read_people([WantedPlan(1, plan)]) for one in ids_of(group)]
        wanted = WantedPlan(1, plan, participants=(everybody[0], NOBODY))
        groups = list(subject.connect().read_people([wanted]))
        expect([one for group in groups for one in ids_of(group)] == [everybody[0]], "others were read too")
        (feed,) = [feed for group in groups for feed in group.feeds]
        expect(not feed.is_complete, "a feed of some people calls itself complete")
        expect([one.participant_id for one in feed.problems] == [NOBODY], "who is not there is not named")

    def test_faults_are_named_by_their_next_step(self, subject: Subject) -> None:
        """RK-6: Whatever breaks comes as TryAgain, FixSettings, GiveUp or a problem of the catalogue, and nothing else."""
        for name, connect in subject.broken.items():
            problems = problems_met(connect, subject.wanted())
            expect(problems, f"{name}: nothing is said of the fault")
            for problem in problems:
                expect(problem.code in CATALOGUE, f"{name}: {problem.code} is not in the catalogue")

    def test_the_connection_test_ends_at_the_fault(self, subject: Subject) -> None:
        """RK-6: With a fault, Test connection raises nothing, and the step that fails is the last one."""
        for name, connect in subject.broken.items():
            checks = list(connect().test())
            expect(checks and not checks[-1].passed, f"{name}: the test passes")
            expect(all(one.passed for one in checks[:-1]), f"{name}: a step after a failed one")

    def test_no_secret_is_said(self, subject: Subject) -> None:
        """RK-6: No step, problem or request line of the connection has a secret in it, faults included."""
        for connect in (subject.connect, *subject.broken.values()):
            for text in texts_of(connect, subject.wanted()):
                for secret in subject.secrets:
                    expect(secret not in text, "a secret is said in a step, a problem or a request line")

    def test_limits_are_kept(self, subject: Subject) -> None:
        """RK-6: The recordkeeper never sees more requests at the same time than the connection allows."""
        list(subject.connect().read_plans(subject.wanted()))
        for group in subject.connect().read_people(subject.wanted()):
            people_by_plan(group)
        if subject.requests_at_once is not None:
            expect(subject.requests_at_once() <= subject.requests_at_once_max, "more requests at once than allowed")

    def test_reading_writes_nothing(self, subject: Subject) -> None:
        """RK-7: Listing, testing and reading write nothing at the recordkeeper, and settling nothing harms nobody."""
        connector = subject.connect()
        list(connector.test())
        list(connector.list_plans())
        list(connector.read_plans(subject.wanted()))
        connector.settle("participants", [])
        if subject.writes_seen is not None:
            expect(subject.writes_seen() == 0, "the recordkeeper saw a write")


def people_by_plan(group: PeopleGroup) -> dict[str, int]:
    """How many people each plan has in a group, whose frames are looked through."""
    counts: dict[str, int] = {}
    for part in group.parts:
        frames = part.numbered(None)
        people = frames.people
        expect(people.columns == ["record", *PEOPLE_COLUMNS], f"the columns of people are {people.columns}")
        expect(all(people.schema[name] == pl.String for name in PEOPLE_COLUMNS), "a column of people is not text")
        expect(people["record"].n_unique() == people.height <= PEOPLE_A_PART, "records are not numbered, or too many")
        for table, rows in frames.items.items():
            expect(rows.columns == ["record", *ITEM_COLUMNS[table]], f"the columns of {table} are {rows.columns}")
            strangers = rows.join(people, on="record", how="anti")
            expect(strangers.is_empty(), f"{table} has rows of people who are not in the part")
        for plan, count in people.group_by("plan_id").len().iter_rows():
            counts[plan] = counts.get(plan, 0) + count
    return counts


def ids_of(group: PeopleGroup) -> list[str]:
    """The ids of a group's people."""
    return [one for part in group.parts for one in part.numbered(None).people["participant_id"].to_list()]


def problems_met(connect: Callable[[], Connector], wanted: list[WantedPlan]) -> list[Problem]:
    """What a connector says of a fault, reading plans and people."""
    found: list[Problem] = []
    for read in (readings_of_plans, readings_of_people):
        try:
            found += [problem for answer in read(connect(), wanted) for problem in answer.problems]
        except ConnectorError as error:
            found.append(error.problem)
    return found


def readings_of_plans(connector: Connector, wanted: list[WantedPlan]) -> Iterator[PlanAnswer]:
    """The answers for the wanted plans."""
    return connector.read_plans(wanted)


def readings_of_people(connector: Connector, wanted: list[WantedPlan]) -> Iterator[PlanFeed]:
    """The feeds of the wanted plans, whose people are gone through."""
    for group in connector.read_people(wanted):
        for part in group.parts:
            part.numbered(None)
        yield from group.feeds


def texts_of(connect: Callable[[], Connector], wanted: list[WantedPlan]) -> Iterator[str]:
    """Everything that a connector says to people."""
    checks: list[Check] = list(connect().test())
    yield from (f"{one.step} {one.said}" for one in checks)
    yield from (one.message for one in problems_met(connect, wanted))
    try:
        for answer in connect().read_plans(wanted):
            yield from (f"{line.method} {line.path} {line.status}" for line in answer.requests)
    except ConnectorError as error:
        yield str(error)
