"""A recordkeeper's database, opened so that nothing can be written: every failure is named by its next step."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy
from sqlalchemy import exc

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import ConnectorError, FixSettings, GiveUp, TryAgain
from planbridge.recordkeepers.sql_profile import NAMES_PLANS

CONNECT_SECONDS = 15
ROWS_AT_ONCE = 20_000
# Dialect: the driver that is asked for where the address names none, and the extra of this product that has it.
DRIVERS = {
    "postgresql": ("psycopg", ""),
    "sqlite": ("pysqlite", ""),
    "mssql": ("pyodbc", "sqlserver"),
    "oracle": ("oracledb", "oracle"),
}
# What opens a transaction in which the database itself refuses to write, and sees one moment only. SQL Server has no
# such transaction: there a user who may write is refused (MAY_WRITE), and the connection says that it only reads, by
# which a readable secondary serves it where there is one.
READ_ONLY = {
    "postgresql": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
    "mssql": "SET TRANSACTION ISOLATION LEVEL SNAPSHOT",
    "oracle": "SET TRANSACTION READ ONLY",
}
# One value: whether the user may write anywhere in the database.
MAY_WRITE = {
    "mssql": (
        "SELECT MAX(HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', asked.permission)) "
        "FROM (VALUES ('INSERT'), ('UPDATE'), ('DELETE'), ('ALTER'), ('EXECUTE')) AS asked (permission)"
    )
}
SQL_SERVER_WORDS = {"driver": "ODBC Driver 18 for SQL Server", "ApplicationIntent": "ReadOnly"}
NO_SNAPSHOT = "3952"  # SQL Server: the database does not allow snapshot isolation
AUTHENTICATION = ("28000", "28P01", "ORA-01017", "Login failed", "18456")


def database_url(text: str, password: str | None = None) -> sqlalchemy.URL:
    """The address of a database, with its password; raises ValueError, in words, for one that cannot be taken."""
    try:
        url = sqlalchemy.make_url(text)
    except exc.ArgumentError as error:
        message = "A database's address is such as postgresql://reader@db.example.test/relius."
        raise ValueError(message) from error
    dialect = url.get_backend_name()
    if dialect not in DRIVERS:
        message = f"A database is reached by {', '.join(DRIVERS)}, not by {dialect}."
        raise ValueError(message)
    if url.password:
        message = "Give the password apart, not in the address: an address is shown and logged."
        raise ValueError(message)
    if dialect == "sqlite" and not str(url.database or "").startswith("/"):
        message = "A SQLite file is named with its whole path, such as sqlite:////srv/recordkeeper.sqlite."
        raise ValueError(message)
    if "+" not in url.drivername:
        url = url.set(drivername=f"{dialect}+{DRIVERS[dialect][0]}")
    if dialect == "sqlite":
        url = url.set(database=f"file:{url.database}", query={"mode": "ro", "uri": "true"})
    if dialect == "mssql":
        url = url.set(query=SQL_SERVER_WORDS | dict(url.query) | {"ApplicationIntent": "ReadOnly"})
    return url.set(password=password) if password else url


def bound(query: str, plan_ids: Sequence[str]) -> tuple[sqlalchemy.TextClause, dict[str, list[str]]]:
    """A query of a profile as a statement, and its values: a parameter for each plan."""
    statement = sqlalchemy.text(query)
    if NAMES_PLANS not in query:
        return statement, {}
    return statement.bindparams(sqlalchemy.bindparam("plan_ids", expanding=True)), {"plan_ids": list(plan_ids)}


class Reader:
    """A transaction that can only read; `rows` may be asked for as long as it is open."""

    def __init__(self, connection: sqlalchemy.Connection) -> None:
        self._connection = connection

    def rows(self, name: str, query: str, plan_ids: Sequence[str] = ()) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
        """The rows of a query in blocks: column names, rows. `name` is what it is called when it fails."""
        statement, values = bound(query, plan_ids)
        with reaching(name):
            result = self._connection.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE).execute(
                statement, values
            )
            columns = tuple(result.keys())
            for block in result.partitions(ROWS_AT_ONCE):
                yield columns, [tuple(row) for row in block]


@contextmanager
def reading(url: sqlalchemy.URL) -> Iterator[Reader]:
    """Open a database for reading until the end of the block; raises ConnectorError."""
    dialect = url.get_backend_name()
    with reaching("the connection"):
        waits = {"connect_timeout": CONNECT_SECONDS} if dialect == "postgresql" else {}
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool, connect_args=waits, hide_parameters=True)
        connection = engine.connect()
    try:
        with reaching("the beginning"):
            connection.execute(sqlalchemy.text(READ_ONLY[dialect]))
            if dialect in MAY_WRITE:
                refuse_writer(connection.execute(sqlalchemy.text(MAY_WRITE[dialect])).scalar())
        yield Reader(connection)
    finally:
        connection.rollback()
        connection.close()
        engine.dispose()


def refuse_writer(may_write: object) -> None:
    """Raises FixSettings for a user who could write, where the database has no transaction that only reads."""
    if may_write:
        detail = "Its user may write. Give it the right to read (db_datareader) and no other."
        raise FixSettings(Problem("RK_AUTH_FAILED", detail=detail))


@contextmanager
def reaching(name: str) -> Iterator[None]:
    """Turns what SQLAlchemy and the drivers raise into ConnectorError; nothing that they say of values goes on."""
    try:
        yield
    except ConnectorError:
        raise
    except (ModuleNotFoundError, exc.NoSuchModuleError) as error:
        raise FixSettings(Problem("RK_DRIVER_MISSING", value=str(error)[:200], detail=install_words())) from error
    except exc.DBAPIError as error:
        raise of_database(name, error) from error
    except exc.SQLAlchemyError as error:
        raise FixSettings(Problem("RK_QUERY_FAILED", detail=f"{name}: {type(error).__name__}.")) from error


def install_words() -> str:
    """How drivers that do not come with the product are installed."""
    extras = {dialect: f"pip install 'planbridge[{extra}]'" for dialect, (_, extra) in DRIVERS.items() if extra}
    return f"SQL Server: {extras['mssql']} and Microsoft's ODBC driver. Oracle: {extras['oracle']}."


def of_database(name: str, error: exc.DBAPIError) -> ConnectorError:
    """What a database refused, and what is to be done."""
    said = str(error.orig)
    state = str(getattr(error.orig, "sqlstate", "") or "")
    if state in AUTHENTICATION or any(word in said for word in AUTHENTICATION) or "authentication failed" in said:
        return FixSettings(Problem("RK_AUTH_FAILED", detail="The database refused the user or the password."))
    if NO_SNAPSHOT in said:
        detail = f"{name}: the database does not allow snapshot isolation; its owner sets ALLOW_SNAPSHOT_ISOLATION on."
        return FixSettings(Problem("RK_QUERY_FAILED", detail=detail))
    if state == "42501" or "permission denied" in said:
        return FixSettings(Problem("RK_AUTH_FAILED", detail=f"{name}: the user may not read it."))
    if state == "25006" or "readonly database" in said or "read-only" in said:
        return GiveUp(Problem("RK_QUERY_FAILED", detail=f"{name}: it tried to write; a database is only read."))
    if state.startswith("42") or isinstance(error, exc.ProgrammingError) or "no such" in said:
        detail = f"{name}: the database has not what the profile asks for ({state or type(error).__name__})."
        return FixSettings(Problem("RK_QUERY_FAILED", detail=detail))
    return TryAgain(Problem("RK_UNREACHABLE", detail=f"{name}: {type(error).__name__} {state}".strip() + "."))
