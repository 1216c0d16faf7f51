"""Deliveries of changes alone, and in layouts of one's own: every form of dates and numbers that a profile can say."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from planbridge.recordkeepers.profile_load import load_profile, shipped_profile
from planbridge.simulator.file_face import Delivery
from planbridge.simulator.layout import SHIPPED
from planbridge.simulator.layout_delivery import deliver_layout
from planbridge.simulator.pay_period import pass_price_day
from planbridge.simulator.plan_changes import change_participant
from planbridge.simulator.recordkeeper import Recordkeeper, Size, open_recordkeeper
from tests.recordkeepers.profiles.reading import Outcome
from tests.simulator.test_layouts import PLAN, SOURCES, deliver, read


@pytest.fixture
def keeper(tmp_path: Path) -> Recordkeeper:
    """A recordkeeper of one plan."""
    return open_recordkeeper(tmp_path / "keeper.sqlite", Size(1, 20), today=date(2026, 11, 21))


def test_an_own_profile_is_written_and_read(keeper: Recordkeeper, tmp_path: Path) -> None:
    """RK-6: A profile of somebody's own, told by its path, is written with the plan's codes for its sources."""
    own = tmp_path / "own.yaml"
    text = (SHIPPED / "ascensus-360.yaml").read_text()
    own.write_text(
        text.replace("401K: {kind: pretax}", "401K: {kind: other, source: PRE}", 1).replace(
            'separator: ","', 'separator: "|"'
        )
    )
    (path,) = deliver(keeper, tmp_path / "out", str(own))
    outcome = read(path, load_profile(own))
    assert outcome.problems == []
    assert {"PRE", "4ROTH"} == {one["source"] for one in outcome.items["contribution_rates"]}
    assert "|" in path.read_text()


def test_a_file_of_changes_has_who_changed_and_stops(keeper: Recordkeeper, tmp_path: Path) -> None:
    """RK-6: A file of changes has only who differs from the last one; who stopped saving has a rate of zero in it."""
    profile = shipped_profile("ascensus-360")
    savers = {key: one for key, one in keeper.people(PLAN) if one["contribution_rates"]}

    def sent(number: int) -> Outcome:
        deliver_layout(keeper, Delivery(tmp_path / str(number), "ascensus-360", is_of_changes=True))
        (path,) = (tmp_path / str(number)).iterdir()
        return read(path, profile)

    assert len({one["ssn"] for one in sent(1).people}) >= len(savers)
    assert sent(2).people == []
    stops, changes = list(savers)[:2]
    change_participant(keeper, PLAN, stops, ("contribution_rates", []))
    rate = {"source": "ROTH", "percent": None, "amount": "33.00"}
    change_participant(keeper, PLAN, changes, ("contribution_rates", [rate]))
    pass_price_day(keeper)
    third = sent(3)
    assert {one["ssn"] for one in third.people} == {savers[key]["ssn"].replace("-", "") for key in (stops, changes)}
    words = SOURCES["ascensus-360"]
    gone = {words[one["source"]] for one in savers[stops]["contribution_rates"]}
    told = third.of(savers[stops]["ssn"].replace("-", ""), "contribution_rates")
    assert {(one["source"], one["percent"]) for one in told} == {(source, "0") for source in gone}
    rates = third.of(savers[changes]["ssn"].replace("-", ""), "contribution_rates")
    assert {"source": "4ROTH", "percent": None, "amount": "33.00"} in rates


OWN = """
profile: own
title: Own
format: fixed_width
delivers: delta
carries: [census]
key: ssn
layout: {{record_length: 70}}
records:
  - name: person
    fields:
      - {{name: Plan, at: 1, length: 10, into: plan_id}}
      - {{name: SSN, at: 11, length: 10, kind: ssn, into: ssn}}
      - {{name: Born, at: 21, length: 20, kind: date, form: {form}, into: birth_date}}
      - {{name: Pay, at: 41, length: 30, kind: number, {number}, into: annual_compensation}}
"""


@pytest.mark.parametrize(
    ("form", "number"),
    [
        ("MMDDYYYY", "decimals: 2"),
        ("MM/DD/YYYY", "sign: trailing"),
        ("YYYYMMDD", "sign: first_byte, decimals: 2"),
        ("YYYY-MM-DD", "sign: overpunch, decimals: 2"),
        ("YYYY/MM/DD", "sign: trailing, decimals: 3"),
        ("MM-DD-YYYY", "sign: leading"),
        ("DDMMYYYY", "sign: first_byte"),
        ("MMDDYYYYHHmm", "sign: overpunch, decimals: 4"),
    ],
)
def test_dates_and_numbers_in_every_form(keeper: Recordkeeper, tmp_path: Path, form: str, number: str) -> None:
    """RK-6: Dates of every form and numbers of every sign are written as the reader reads them, corrections included."""
    (first, _), *_ = keeper.people(PLAN)
    change_participant(keeper, PLAN, first, ("annual_compensation", "-1204.50"))
    own = tmp_path / "own.yaml"
    own.write_text(OWN.format(form=form, number=number))
    (path,) = deliver(keeper, tmp_path / "out", str(own))
    outcome = read(path, load_profile(own))
    assert (outcome.problems, outcome.warnings) == ([], [])
    told = [(one["birth_date"], Decimal(one["annual_compensation"])) for _, one in keeper.people(PLAN)]
    assert [(one["birth_date"], Decimal(one["annual_compensation"])) for one in outcome.people] == told
