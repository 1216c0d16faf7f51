"""The `sql` connector: queries against the recordkeeper's own database, which is only ever read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import (
    Check,
    ConnectorError,
    FixSettings,
    ListedPlan,
    PeopleGroup,
    PlanAnswer,
    PlanFeed,
    WantedPlan,
)
from planbridge.recordkeepers.formats.canonical_people import with_chosen
from planbridge.recordkeepers.sql_engine import Reader, database_url, reading
from planbridge.recordkeepers.sql_people import read_as_of, read_documents, read_people
from planbridge.recordkeepers.sql_profile import SqlProfile, shipped_sql_profile

PEOPLE_A_GROUP = 100_000
PLANS_A_QUERY = 500  # SQL Server takes 2,100 parameters, Oracle 1,000 values of one IN


class SqlConnector:
    """Reads the database of a connection; secrets: password."""

    def __init__(self, connection: Connection, secrets: dict[str, str]) -> None:
        self.connection, self.secrets = connection, secrets

    @property
    def profile(self) -> SqlProfile:
        """The connection's queries; raises FixSettings."""
        try:
            return shipped_sql_profile(str(self.connection.settings.get("profile")))
        except KeyError as error:
            raise FixSettings(
                Problem("RK_QUERY_FAILED", detail="The connection names no profile that is there.")
            ) from error

    @contextmanager
    def open(self) -> Iterator[tuple[Reader, datetime]]:
        """The database for reading, and the moment of its data; raises ConnectorError."""
        try:
            url = database_url(str(self.connection.settings.get("url")), self.secrets.get("password"))
        except ValueError as error:
            raise FixSettings(Problem("RK_UNREACHABLE", detail=str(error))) from error
        with reading(url) as reader:
            yield reader, read_as_of(reader, self.profile, self.connection.firm.time_zone)

    def test(self) -> Iterator[Check]:
        """Whether the database is reached, and whether it has what the profile asks for."""
        try:
            with self.open() as (reader, as_of):
                yield Check("database", passed=True, said=f"Its data are as of {as_of:%Y-%m-%d %H:%M}.")
                plans = [one.external_plan_id for one in self.listed(reader)]
                documents = read_documents(reader, self.profile, plans[:1], as_of)
                read_people(reader, self.profile, plans[:1])
        except ConnectorError as error:
            step = "database" if error.problem.code != "RK_QUERY_FAILED" else "queries"
            yield Check(step, passed=False, said=str(error))
            return
        said = (
            f"{len(plans):,} plans; every query was tried for {'one of them' if documents else 'none, there is none'}."
        )
        yield Check("queries", passed=True, said=said)

    def listed(self, reader: Reader) -> Iterator[ListedPlan]:
        """The plans of the database."""
        for columns, rows in reader.rows("plan_list", self.profile.plan_list):
            for values in rows:
                row = dict(zip(columns, values, strict=True))
                people = row.get("participants")
                yield ListedPlan(
                    str(row["plan_id"]).strip(), str(row.get("name") or ""), None if people is None else int(people)
                )

    def list_plans(self) -> Iterator[ListedPlan]:
        """Every plan that the query of plans gives."""
        with self.open() as (reader, _):
            yield from list(self.listed(reader))

    def read_plans(self, wanted: Sequence[WantedPlan]) -> Iterator[PlanAnswer]:
        """Each wanted plan's document."""
        with self.open() as (reader, as_of):
            for start in range(0, len(wanted), PLANS_A_QUERY):
                some = wanted[start : start + PLANS_A_QUERY]
                found = read_documents(reader, self.profile, [one.external_plan_id for one in some], as_of)
                for plan in some:
                    document = found.get(plan.external_plan_id)
                    problems = () if document else (Problem("PLAN_NOT_FOUND", value=plan.external_plan_id),)
                    yield PlanAnswer(plan, document, as_of, delivered_as=said_of(as_of), problems=problems)

    def read_people(self, wanted: Sequence[WantedPlan]) -> Iterator[PeopleGroup]:
        """The wanted plans' people, all of one moment."""
        with self.open() as (reader, as_of):
            sizes = {one.external_plan_id: one.participants or 0 for one in self.listed(reader)}
            for some in grouped(wanted, sizes):
                feeds = tuple(
                    PlanFeed(one, is_complete=not one.participants, as_of=as_of, delivered_as=said_of(as_of))
                    if one.external_plan_id in sizes
                    else PlanFeed(one, problems=(Problem("PLAN_NOT_FOUND", value=one.external_plan_id),))
                    for one in some
                )
                part = read_people(reader, self.profile, [one.external_plan_id for one in some])
                yield with_chosen(PeopleGroup(feeds, [part], has_one_part=True))

    def settle(self, kind: str, read: Sequence[PlanFeed | PlanAnswer]) -> None:
        """Nothing is put away: a database is there the next time."""


def said_of(as_of: datetime) -> str:
    """How a run names what it read."""
    return f"database as of {as_of:%Y-%m-%d %H:%M}"


def grouped(wanted: Sequence[WantedPlan], sizes: dict[str, int]) -> Iterator[list[WantedPlan]]:
    """Plans in groups of about 100,000 people; people picked by hand apart from whole plans."""
    group: list[WantedPlan] = []
    size = 0
    for plan in sorted(wanted, key=lambda one: bool(one.participants)):
        people = sizes.get(plan.external_plan_id, 0)
        is_other = group and bool(plan.participants) != bool(group[0].participants)
        if group and (is_other or size + people > PEOPLE_A_GROUP or len(group) == PLANS_A_QUERY):
            yield group
            group, size = [], 0
        group.append(plan)
        size += people
    if group:
        yield group
