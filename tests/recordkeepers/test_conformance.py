"""The connector kit, run against every connector that ships and against the one of docs/connectors.md."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from planbridge.recordkeepers.conformance import ConnectorConformance, Subject
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connector import Check, Connector
from planbridge.recordkeepers.files import FilesConnector
from planbridge.recordkeepers.rest import RestConnector
from planbridge.recordkeepers.sql import SqlConnector
from planbridge.security.firm import only_firm
from planbridge.simulator.recordkeeper import Size, open_recordkeeper
from planbridge.simulator.sql_face import write_database
from tests.cast import as_of, crowd, deliver, plan_document
from tests.docs.pages import ROOT
from tests.simulator_process import Simulator, start_simulator

pytestmark = pytest.mark.django_db
SECRET = "s3cret-word"


def unsaved(kind: ConnectionKind, **settings: object) -> Connection:
    """A connection of the firm that is in no table yet."""
    return Connection(name="tried", kind=kind, settings=settings, firm=only_firm())


def saved(kind: ConnectionKind, **settings: object) -> Connection:
    """A connection of the firm."""
    return Connection.objects.create(name=f"tried {settings}"[:90], kind=kind, settings=settings, firm=only_firm())


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulator for this file."""
    with start_simulator(tmp_path_factory.mktemp("simulator"), plans=2, people=5) as running:
        yield running


class TestRest(ConnectorConformance):
    """The connector of the Recordkeeper API."""

    @pytest.fixture
    def subject(self, simulator: Simulator) -> Subject:
        """The simulator, and what it may do."""

        def connect(url: str, token: str) -> Connector:
            quick = {"backoff_seconds": 0.01, "timeout_seconds": 5, "wait_seconds_max": 1}
            return RestConnector(unsaved(ConnectionKind.REST, url=url, **quick), {"token": token})

        return Subject(
            connect=lambda: connect(simulator.url, simulator.token),
            plan_ids=("910001", "910002"),
            broken={
                "wrong secret": lambda: connect(simulator.url, SECRET),
                "nobody there": lambda: connect("http://127.0.0.1:9", SECRET),
            },
            secrets=(simulator.token, SECRET),
        )


class TestFiles(ConnectorConformance):
    """The connector of drop folders."""

    @pytest.fixture
    def subject(self, inbox: Path, tmp_path: Path) -> Subject:
        """A folder with a delivery of two plans."""
        other = [one | {"plan_id": "900200"} for one in crowd(2, first=500)]
        deliver(inbox, [*crowd(3), *other], plans=[plan_document(), plan_document(plan_id="900200")])
        whole = saved(ConnectionKind.FILES, path=str(inbox), profile="canonical")
        (tmp_path / "torn" / "day1").mkdir(parents=True)
        (tmp_path / "torn" / "day1" / "manifest.json").write_text("{")
        torn = saved(ConnectionKind.FILES, path=str(tmp_path / "torn"), profile="canonical")
        gone = saved(ConnectionKind.FILES, path=str(tmp_path / "gone"), profile="canonical")
        return Subject(
            connect=lambda: FilesConnector(whole),
            plan_ids=("900100", "900200"),
            broken={"no folder": lambda: FilesConnector(gone), "torn manifest": lambda: FilesConnector(torn)},
        )


class TestSql(ConnectorConformance):
    """The connector of databases."""

    @pytest.fixture
    def subject(self, tmp_path: Path) -> Subject:
        """A database in the shape of Relius."""
        keeper = open_recordkeeper(tmp_path / "keeper.sqlite", Size(2, 5, 1), today=date(2026, 11, 17))
        write_database(keeper, tmp_path / "relius.sqlite")
        (tmp_path / "none.sqlite").touch()

        def connect(url: str) -> Connector:
            return SqlConnector(unsaved(ConnectionKind.SQL, url=url, profile="relius"), {"password": SECRET})

        return Subject(
            connect=lambda: SqlConnector(
                unsaved(ConnectionKind.SQL, url=f"sqlite:///{tmp_path}/relius.sqlite", profile="relius"), {}
            ),
            plan_ids=tuple(keeper.plan_ids()),
            broken={
                "no tables": lambda: SqlConnector(
                    unsaved(ConnectionKind.SQL, url=f"sqlite:///{tmp_path}/none.sqlite", profile="relius"), {}
                ),
                "nobody there": lambda: connect("postgresql://reader@127.0.0.1:9/x"),
            },
            secrets=(SECRET,),
        )


def taught() -> ModuleType:
    """The connector that docs/connectors.md teaches, as a module."""
    page = (ROOT / "docs/connectors.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    module = ModuleType("book")
    exec(compile(code, "docs/connectors.md", "exec"), module.__dict__)  # noqa: S102 - our own page
    return module


class TestTaught(ConnectorConformance):
    """The connector of the documentation."""

    @pytest.fixture
    def subject(self, tmp_path: Path) -> Subject:
        """A book of one plan, no book, and a torn one."""
        people = [one | {"plan_id": "900100"} for one in crowd(3)]
        book = {"as_of": as_of(1).isoformat(), "plans": [plan_document()], "participants": people}
        (tmp_path / "book.json").write_text(json.dumps(book))
        (tmp_path / "torn.json").write_text(json.dumps(book)[:-9])
        connector = taught().BookConnector

        def connect(name: str) -> Connector:
            made: Connector = connector(unsaved(ConnectionKind.FILES, path=str(tmp_path / name)), {"token": SECRET})
            return made

        return Subject(
            connect=lambda: connect("book.json"),
            plan_ids=("900100",),
            broken={"no book": lambda: connect("none.json"), "torn book": lambda: connect("torn.json")},
            secrets=(SECRET,),
        )


class Talkative:
    """A connector that says its secret."""

    def __init__(self, inner: Connector) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def test(self) -> Iterator[Check]:
        """A step with the secret in it."""
        yield Check("door", passed=True, said=f"Opened with {SECRET}.")


def test_the_kit_finds_what_is_wrong(inbox: Path) -> None:
    """RK-6: A connector that says a secret, or lists a plan that it cannot read, fails the kit."""
    deliver(inbox, crowd(3))
    connection = saved(ConnectionKind.FILES, path=str(inbox), profile="canonical")
    talkative = Subject(lambda: Talkative(FilesConnector(connection)), ("900100",), secrets=(SECRET,))  # type: ignore[arg-type,return-value]  # it hands the rest on
    with pytest.raises(AssertionError, match="secret"):
        ConnectorConformance().test_no_secret_is_said(talkative)
    without = Subject(lambda: FilesConnector(connection), ("900100", "900999"))
    with pytest.raises(AssertionError, match="not listed"):
        ConnectorConformance().test_plans_are_listed_once(without)
