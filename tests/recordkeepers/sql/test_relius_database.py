"""The SQL connector against real databases in the shape of Relius, PostgreSQL and SQLite, written by the simulator."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import msgspec
import psycopg
import pytest
import sqlalchemy
from django.db import connection as database

from planbridge.activity.problem import Problem
from planbridge.participants.held import items_held
from planbridge.participants.models import Participant
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connections import ConnectionRefused, NewConnection, add_connection
from planbridge.recordkeepers.connector import ConnectorError, FixSettings, GiveUp
from planbridge.recordkeepers.registry import connector_for
from planbridge.recordkeepers.sql_engine import database_url, reading
from planbridge.recordkeepers.sql_profile import SqlProfileRefused, parse_sql_profile, shipped_sql_profiles
from planbridge.security.firm import only_firm
from planbridge.simulator.recordkeeper import Recordkeeper, Size, open_recordkeeper
from planbridge.simulator.sql_face import TABLES, create_statements, rows_of, write_database
from tests.syncing import added_plan, codes, counts, problems, sync_people, sync_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(tmp_path: Path) -> Recordkeeper:
    """A simulated recordkeeper with two plans of five people or so."""
    return open_recordkeeper(tmp_path / "keeper.sqlite", Size(2, 5, 1), today=date(2026, 11, 17))


@pytest.fixture
def sqlite_url(keeper: Recordkeeper, tmp_path: Path) -> str:
    """The books as a SQLite file."""
    write_database(keeper, tmp_path / "relius.sqlite")
    return f"sqlite:///{tmp_path / 'relius.sqlite'}"


@pytest.fixture
def postgres_url(keeper: Recordkeeper) -> Iterator[str]:
    """The books as a database of a PostgreSQL server."""
    settings = database.settings_dict
    name = f"relius_{uuid4().hex[:12]}"
    place = {"host": settings["HOST"], "port": settings["PORT"] or None, "user": settings["USER"] or None}
    place = {key: value for key, value in place.items() if value} | (
        {"password": settings["PASSWORD"]} if settings["PASSWORD"] else {}
    )
    with psycopg.connect(dbname=settings["NAME"], autocommit=True, **place) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    with psycopg.connect(dbname=name, **place) as books:
        for statement in create_statements():
            books.execute(statement)
        for table, values in rows_of(keeper):
            books.execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(values))})", values)
    query = {"host": str(place["host"])} if str(place.get("host", "")).startswith("/") else {}
    url = sqlalchemy.URL.create(
        "postgresql",
        username=place.get("user"),
        host=None if query else place.get("host"),
        port=int(place["port"]) if "port" in place else None,
        database=name,
        query=query,
    )
    yield url.render_as_string(hide_password=False)
    with psycopg.connect(dbname=settings["NAME"], autocommit=True, **place) as server:
        server.execute(f'DROP DATABASE "{name}"')


def connected(url: str) -> Connection:
    """A connection to a database."""
    new = NewConnection("books", ConnectionKind.SQL, {"url": url, "profile": "relius"}, secrets_of())
    return add_connection(only_firm(), new, actor="test")


def secrets_of() -> dict[str, str]:
    """The password of the test's own server, where it has one."""
    password = database.settings_dict["PASSWORD"]
    return {"password": password} if password else {}


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_plans_and_people_are_read_from_a_database(
    request: pytest.FixtureRequest, keeper: Recordkeeper, kind: str
) -> None:
    """RK-5: Plans, people and money come out of a database exactly as the recordkeeper has them; twice changes nothing."""
    connection = connected(request.getfixturevalue(f"{kind}_url"))
    assert [(one.step, one.passed) for one in connector_for(connection).test()] == [
        ("database", True),
        ("queries", True),
    ]
    listed = list(connector_for(connection).list_plans())
    assert [one.external_plan_id for one in listed] == keeper.plan_ids()
    plan = added_plan(connection, listed[0].external_plan_id)
    run = sync_plan(plan)
    assert run.status == "successful", problems(run)
    run = sync_people(plan)
    assert (run.status, run.rejected, run.applied) == ("successful", 0, listed[0].participants), problems(run)
    for _, text in keeper.served_people(listed[0].external_plan_id, keeper.sequence):
        told = msgspec.json.decode(text)
        person = Participant.objects.get(plan_id=plan.pk, participant_id=told["participant_id"])
        assert person.last_name == told["last_name"]
        assert person.annual_compensation == Decimal(told["annual_compensation"])
        held = items_held(plan.pk, [person.participant_id])[person.participant_id]
        units = sum((held["balances"] or {}).get("units") or [], Decimal(0))
        assert units == sum((Decimal(one["units"]) for one in told["balances"]), Decimal(0))
    assert counts(sync_people(plan)) == (run.read, 0, run.read, 0, 0)
    assert Plan.objects.get(pk=plan.pk).participants_as_of is not None


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize(
    "statement", ["DELETE FROM person", "CREATE TABLE mine (a INTEGER)", "UPDATE person SET ssn = ''"]
)
def test_a_write_is_refused_by_the_database(request: pytest.FixtureRequest, kind: str, statement: str) -> None:
    """RK-5: Whatever a query says, the database refuses to write: the connection is read only."""
    url = database_url(request.getfixturevalue(f"{kind}_url"), secrets_of().get("password"))
    with reading(url) as reader, pytest.raises(ConnectorError):
        list(reader.rows("a query", statement))
    with reading(url) as reader:
        _, rows = next(reader.rows("people", "SELECT COUNT(*) FROM person WHERE ssn <> ''"))
        assert rows[0][0] > 0


def test_a_write_behind_a_select_is_refused(postgres_url: str) -> None:
    """RK-5: A function that writes, called by a SELECT, is refused by PostgreSQL's read-only transaction."""
    url = database_url(postgres_url, secrets_of().get("password"))
    owner = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with owner.begin() as making:
        making.execute(
            sqlalchemy.text(
                "CREATE FUNCTION wipe() RETURNS bigint LANGUAGE sql AS 'DELETE FROM person; SELECT 1::bigint'"
            )
        )
    with reading(url) as reader, pytest.raises(GiveUp, match="only read"):
        list(reader.rows("a query", "SELECT wipe()"))


def test_every_table_is_written_by_the_simulator(sqlite_url: str) -> None:
    """RK-6: The simulator's database has rows in every table but those that the few people of a test may leave empty."""
    with reading(database_url(sqlite_url)) as reader:
        filled = {name for name in TABLES if list(reader.rows(name, f"SELECT 1 FROM {name}"))}
    assert set(TABLES) - filled <= {"loan", "match_tier", "beneficiary", "vesting", "year_to_date"}


def test_a_plan_that_is_not_there_says_so(sqlite_url: str) -> None:
    """RK-5: A plan that the database does not have is PLAN_NOT_FOUND."""
    run = sync_plan(added_plan(connected(sqlite_url), "no-such-plan"))
    assert (run.status, codes(run)) == ("error", ["PLAN_NOT_FOUND"])


def test_a_table_that_is_not_there_names_the_query(sqlite_url: str, tmp_path: Path) -> None:
    """RK-5: A database of another shape is a matter of the settings, and the query that failed is named."""
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'relius.sqlite'}")
    with engine.begin() as changing:
        changing.execute(sqlalchemy.text("DROP TABLE deferral"))
    engine.dispose()
    checks = list(connector_for(connected(sqlite_url)).test())
    assert [one.passed for one in checks] == [True, False]
    assert "contribution_rates" in checks[1].said
    assert checks[1].said.startswith(Problem("RK_QUERY_FAILED").message.rstrip("."))


def test_a_server_that_is_not_there_is_tried_again() -> None:
    """RK-5: A database that nobody answers for is RK_UNREACHABLE, without the password in any word of it."""
    with pytest.raises(ConnectorError) as failed, reading(database_url("postgresql://reader@127.0.0.1:9/x", "s3cret")):
        pass
    assert failed.value.problem.code == "RK_UNREACHABLE"
    assert "s3cret" not in str(failed.value)


@pytest.mark.parametrize("url", ["mssql://reader@db.example.test/relius", "oracle://reader@db.example.test/relius"])
def test_a_driver_that_is_not_installed_is_named(url: str) -> None:
    """RK-5: SQL Server and Oracle without their drivers are refused with the command that installs them."""
    with pytest.raises(FixSettings, match="pip install 'planbridge") as missing, reading(database_url(url)):
        pass
    assert missing.value.problem.code == "RK_DRIVER_MISSING"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://a@b/c", "not by mysql"),
        ("no address", "such as"),
        ("postgresql://a:secret@b/c", "password apart"),
        ("sqlite:///relative.sqlite", "whole path"),
    ],
)
def test_an_address_that_cannot_be_taken(url: str, said: str) -> None:
    """RK-1: An address of a database that cannot work is refused at its field."""
    with pytest.raises(ConnectionRefused, match=said) as refused:
        connected(url)
    assert refused.value.field == "url"
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SELECT MAX(valuation_date) FROM plan_valuation", "DELETE FROM plan_valuation"),
        ("FROM plan_valuation", "FROM plan_valuation; DROP TABLE person"),
        ("FROM vesting WHERE plan_id IN :plan_ids", "FROM vesting"),
        ("  vesting: |", "  sandwiches: |"),
    ],
)
def test_a_profile_that_does_more_than_read_is_refused(old: str, new: str) -> None:
    """RK-5: A profile whose queries are not single SELECTs of the wanted plans is refused when it is loaded."""
    text = shipped_sql_profiles()["relius"].read_text()
    assert old in text
    with pytest.raises(SqlProfileRefused):
        parse_sql_profile(text.replace(old, new, 1).encode())
