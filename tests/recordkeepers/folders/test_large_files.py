"""Files of more people than fit at once come in groups and parts, and leave what they would have left in one."""

import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from django.conf import settings as product

from planbridge.plans.models import Plan
from planbridge.recordkeepers import files
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import PeopleGroup, WantedPlan
from planbridge.recordkeepers.folder_files import FoundFile
from planbridge.recordkeepers.folder_groups import groups_of_file
from planbridge.recordkeepers.profile_delivery import people_by_plan
from planbridge.recordkeepers.profile_load import shipped_profile
from tests.cast import PLAN_ID, crowd
from tests.recordkeepers.folders.test_partial_files import HEADER, held, loan_row, rate, rates
from tests.syncing import counts, open_quarantine, problems, sync_people, synced_plan

pytestmark = pytest.mark.django_db
PROFILE = shipped_profile("ascensus-360")
ROW = "D,{plan},Other,Name,,900-21-{number:04},11162026,401K,{percent},0,,,,"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for the spool."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setattr(product, "PLANBRIDGE_HOME", folder)
    return folder


def found(folder: Path, rows: list[str]) -> FoundFile:
    """A file of these rows, looked through."""
    path = folder / "changes.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="ascii")
    moment = datetime(2026, 11, 16, tzinfo=UTC)
    return FoundFile(path.name, (path,), "digest", moment, people_by_plan(path, PROFILE), frozenset())


def wanted(*plans: str) -> list[WantedPlan]:
    """Plans that ask."""
    return [WantedPlan(number, plan) for number, plan in enumerate(plans, start=1)]


def rows_of(group: PeopleGroup, table: str = "contribution_rates") -> list[list[tuple[str, ...]]]:
    """By part, sorted: plan, SSN, and what the table has of them."""
    found = []
    for part in group.parts:
        frame = part.numbered(None)
        people = frame.people.select("record", "plan_id", "ssn")
        found.append(sorted(frame.items[table].join(people, on="record").drop("record").iter_rows()))
    return found


def test_groups_hold_whole_plans_and_parts_whole_people(tmp_path: Path, home: Path) -> None:
    """RK-3: Of a large file each plan stands in one group, each person in one part, and no row is lost; the spool goes."""
    sizes = {"BIG": 11, "A": 3, "B": 2, "C": 1}
    rows = [
        ROW.format(plan=plan, number=number, percent=percent)
        for percent in (1, 2)  # the second row of a person stands far from the first
        for plan, people in sizes.items()
        for number in range(1, people + 1)
    ]
    file = found(
        tmp_path, [*rows, ROW.format(plan="OTHER", number=1, percent=9), ROW.format(plan="A", number=9, percent="x")]
    )
    assert file.people == sizes | {"OTHER": 1}
    plans = wanted(*sizes)
    (whole,) = groups_of_file(PROFILE, file, plans, ())
    at_once = rows_of(whole)[0]
    seen: list[tuple[str, ...]] = []
    for group in groups_of_file(PROFILE, file, plans, (), people_max=8):
        parts = rows_of(group)
        assert parts == rows_of(group)  # gone through once more
        assert group.has_one_part == (len(parts) == 1)
        assert len(group.feeds) == 1 or len(parts) == 1
        people = [{row[-1] for row in part} for part in parts]
        assert len(set().union(*people)) == sum(map(len, people)) or len(group.feeds) > 1
        assert {row[-2] for part in parts for row in part} == {feed.wanted.external_plan_id for feed in group.feeds}
        seen += [row for part in parts for row in part]
        unread = [one for part in group.parts if (one := part.numbered(None).malformed) is not None]
        is_a = any(feed.wanted.external_plan_id == "A" for feed in group.feeds)
        assert pl.concat(unread)["code"].to_list() == (["NUMBER_INVALID"] if is_a else [])
    assert sorted(seen) == at_once
    assert not list((home / "spool").glob("groups-*"))


def test_a_large_file_is_taken_in_part_by_part(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RK-3: A plan's people in several parts each get their rates and loans; who is nobody here is quarantined."""
    people = crowd(7)
    made = synced_plan(inbox, people)
    settings = {"profile": "ascensus-360", "settle_seconds": 0, "source_codes": {"401K": "PRE", "4ROTH": "ROTH"}}
    Connection.objects.update(settings={"path": str(inbox)} | settings)
    plan = Plan.objects.get(pk=made.pk)
    assert sync_people(plan).status == "successful"
    monkeypatch.setattr(files, "groups_of_file", partial(groups_of_file, people_max=3))
    rows = [rate(one["ssn"], "401K", percent=str(number)) for number, one in enumerate(people, start=2)]
    rows += [rate(one["ssn"], "4ROTH", percent="1") for one in people]
    rows += [loan_row(people[0]["ssn"], "7", "10.00", "90.00"), rate("900-99-0001", "401K", percent="3")]
    path = inbox / "changes.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="ascii")
    os.utime(path, (1_800_000_100, 1_800_000_100))
    run = sync_people(plan)
    assert (run.status, counts(run)[:2]) == ("partly_successful", (8, 7)), problems(run)
    assert len(open_quarantine(plan)) == 1
    for number, one in enumerate(people, start=2):
        percents = {source: percent for source, (percent, _) in rates(plan, one["participant_id"]).items()}
        assert percents == {"PRE": number, "ROTH": 1}
    assert held(plan, people[0]["participant_id"])["loans"]["loan_ids"] == ["7"]
    assert PLAN_ID in plan.external_plan_id
    assert [one.name for one in (inbox / "archive").glob("*.csv")] == ["20270115T080140Z-changes.csv"]
