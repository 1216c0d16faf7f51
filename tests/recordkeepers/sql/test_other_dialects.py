"""SQL Server and Oracle, of which no server is asked here: their statements compiled, and what keeps them from writing."""

from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy.dialects import mssql, oracle

from planbridge.recordkeepers.connector import FixSettings
from planbridge.recordkeepers.profile_load import ProfileRefused
from planbridge.recordkeepers.sql import PLANS_A_QUERY
from planbridge.recordkeepers.sql_engine import (
    DRIVERS,
    MAY_WRITE,
    READ_ONLY,
    bound,
    database_url,
    of_database,
    refuse_writer,
)
from planbridge.recordkeepers.sql_profile import (
    NAMES_PLANS,
    check_profile,
    queries_of,
    shipped_sql_profile,
    shipped_sql_profiles,
)

DIALECTS = {
    "mssql": mssql.dialect(),  # type: ignore[no-untyped-call] # SQLAlchemy says no types of its dialects
    "oracle": oracle.dialect(),  # type: ignore[no-untyped-call] # nor of this one
}
# What one of the two does not understand.
FOREIGN = (" LIMIT ", "::", " ILIKE ", "STRING_AGG", "GROUP_CONCAT", " TRUE", " FALSE")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", shipped_sql_profiles())
def test_every_query_compiles_for_the_dialect(name: str, dialect: str) -> None:
    """RK-5: Each query becomes one statement with a parameter a plan, and has nothing that the dialect does not know."""
    for place, query in queries_of(shipped_sql_profile(name)).items():
        statement, values = bound(query, ["900100", "900200", "x'); DROP TABLE person; --"])
        if values:
            statement = statement.bindparams(**values)
        text = str(statement.compile(dialect=DIALECTS[dialect], compile_kwargs={"render_postcompile": True}))
        assert "DROP TABLE" not in text, place
        assert NAMES_PLANS not in text.replace(f"{NAMES_PLANS}_", ""), place
        assert not [word for word in FOREIGN if word in text.upper()], place
        assert text.count(f"{NAMES_PLANS}_") == 3 * query.count(NAMES_PLANS), place
        # SQL Server takes 2,100 parameters of a statement, Oracle 1,000 values of one IN.
        assert PLANS_A_QUERY * query.count(NAMES_PLANS) < 2_100, place
        assert PLANS_A_QUERY <= 1_000


def test_every_dialect_begins_by_reading_only() -> None:
    """RK-5: Oracle and PostgreSQL open a transaction that only reads; SQL Server, which has none, refuses a user who may write."""
    assert READ_ONLY.keys() == DRIVERS.keys()
    assert READ_ONLY["oracle"] == "SET TRANSACTION READ ONLY"
    assert [name for name, begins in READ_ONLY.items() if "READ ONLY" not in begins.upper()] == ["sqlite", "mssql"]
    assert {"INSERT", "UPDATE", "DELETE", "ALTER", "EXECUTE"} == set(MAY_WRITE["mssql"].split("'")[3::2]) - {"DATABASE"}
    with pytest.raises(FixSettings, match="db_datareader"):
        refuse_writer(1)
    for answer in (0, None):
        refuse_writer(answer)


@pytest.mark.parametrize(
    "address", ["mssql://reader@db.example.test/x", "mssql://r@db.example.test/x?ApplicationIntent=ReadWrite"]
)
def test_sql_server_is_told_that_it_is_only_read(address: str) -> None:
    """RK-5: A connection to SQL Server says ApplicationIntent=ReadOnly, whatever its address says."""
    url = database_url(address, "s3cret")
    assert (url.query["ApplicationIntent"], url.query["driver"]) == ("ReadOnly", "ODBC Driver 18 for SQL Server")
    other = database_url("mssql://reader@db.example.test/x?driver=FreeTDS")
    assert other.query["driver"] == "FreeTDS"


def test_a_database_without_snapshots_says_what_to_set() -> None:
    """RK-5: SQL Server's refusal of snapshot isolation names what the database's owner sets."""
    refusal = sqlalchemy.exc.DBAPIError(
        "SELECT 1", None, Exception("42000", "Snapshot isolation ... (3952) (SQLExecDirectW)")
    )
    assert "ALLOW_SNAPSHOT_ISOLATION" in str(of_database("people", refusal))


def test_a_profile_of_a_database_is_checked_like_one_of_files(tmp_path: Path) -> None:
    """RK-4: The check of a profile takes that of a database too, and names the query that is not one SELECT."""
    text = shipped_sql_profiles()["relius"].read_text()
    own = tmp_path / "own.yaml"
    own.write_text(text)
    assert check_profile(own) == "relius"
    own.write_text(text.replace("SELECT", "DELETE"))
    with pytest.raises(ProfileRefused) as refused:
        check_profile(own)
    (problem,) = refused.value.problems
    assert (problem.code, "is not one SELECT" in problem.message) == ("PROFILE_INVALID", True)
