"""The plans and people the simulator makes are free of every problem a reader should report, and repeatable."""

import re
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from planbridge.simulator.amounts import cents_of_holding
from planbridge.simulator.people import make_person, terms_of
from planbridge.simulator.plans import Document, make_plan
from planbridge.simulator.recordkeeper import Size, open_recordkeeper

DAY = date(2026, 11, 20)
PEOPLE = 1500


def made(position: int) -> tuple[Document, list[Document]]:
    """Make a plan and its people."""
    plan = make_plan(7, position, day=DAY, time="2026-11-20T22:00:00Z")
    random, terms = Random(position), terms_of(plan, DAY)
    return plan, [make_person(terms, number, random) for number in range(1, PEOPLE + 1)]


@pytest.fixture(scope="module", params=[0, 1])
def plan_and_people(request: pytest.FixtureRequest) -> tuple[Document, list[Document]]:
    """One of two plans with its people."""
    return made(request.param)


def test_the_same_seed_makes_the_same_people() -> None:
    """RK-6: plan and people are the same for the same seed."""
    assert made(3) == made(3)


def test_sizes_add_up(tmp_path: Path) -> None:
    """RK-6: plans differ in size, and their people are together plans times the average."""
    keeper = open_recordkeeper(tmp_path / "store.sqlite", Size(9, 12), today=DAY)
    counts = [len(list(keeper.people(plan_id))) for plan_id in keeper.plan_ids()]
    assert sum(counts) == 9 * 12
    assert len(set(counts)) > 1


@pytest.mark.parametrize("position", range(12))
def test_plans_are_free_of_problems(position: int) -> None:
    """RK-6: EIN, contacts, sources, 10 to 20 funds with distinct codes, and target dates without gap or overlap."""
    plan = make_plan(7, position, day=DAY, time="2026-11-20T22:00:00Z")
    funds = plan["lineup"]["funds"]
    assert re.fullmatch(r"00-\d{7}", plan["employer"]["ein"])
    assert all(contact["email"].endswith("@example.test") for contact in plan["contacts"])
    assert 10 <= len(funds) <= 20
    for name in ("fund", "ticker", "cusip"):
        assert len({fund[name] for fund in funds}) == len(funds), name
    ranges = plan["lineup"]["default_investment"]
    assert {item["fund"] for item in ranges} <= {fund["fund"] for fund in funds}
    assert ranges[0]["retirement_from"] is None
    assert ranges[-1]["retirement_to"] is None
    for earlier, later in pairwise(ranges):
        assert later["retirement_from"] == earlier["retirement_to"] + 1


def test_identity_is_whole(plan_and_people: tuple[Document, list[Document]]) -> None:
    """RK-6: ids and SSNs are unique, SSNs 900 with a group and serial, e-mails plain, some born on 29 February."""
    _, people = plan_and_people
    assert len({person["participant_id"] for person in people}) == PEOPLE
    assert len({person["ssn"] for person in people}) == PEOPLE
    for person in people:
        assert re.fullmatch(r"900-(?!00)\d\d-(?!0000)\d{4}", person["ssn"])
        assert re.fullmatch(r"[a-z0-9]+\.[a-z0-9]+\.\d+@example\.test", person["email"])
        assert person["first_name"]
        assert person["last_name"]
    assert any(person["birth_date"].endswith("-02-29") for person in people)
    names = " ".join(person["last_name"] for person in people)
    assert all(mark in names for mark in ("'", "-", "ñ"))


def test_careers_are_consistent(plan_and_people: tuple[Document, list[Document]]) -> None:
    """RK-6: hire <= termination <= rehire <= today, adults only, status as the dates say, every status there."""
    _, people = plan_and_people
    for person in people:
        spells = person["employment"]
        dates = [day for spell in spells for day in spell.values() if day]
        assert dates == sorted(dates)
        assert dates[-1] <= DAY.isoformat()
        assert date.fromisoformat(dates[0]).year - int(person["birth_date"][:4]) >= 18
        is_open = spells[-1]["termination_date"] is None
        assert is_open == (person["status"] in {"active", "leave", "ineligible"})
        assert len(spells) == 1 or (len(spells) == 2 and is_open)
    assert {person["status"] for person in people} == {
        "active", "leave", "terminated", "retired", "deceased", "ineligible",
    }  # fmt: skip
    assert any(person["status"] == "terminated" and person["balances"] for person in people)


def test_elections_are_within_the_plan(plan_and_people: tuple[Document, list[Document]]) -> None:
    """RK-6: rates within the plan's limits, one of percent and amount, allocations and beneficiaries total 100 %."""
    plan, people = plan_and_people
    limits = plan["provisions"]["deferral"]
    sources = {source["source"] for source in plan["sources"]}
    for person in people:
        for rate in person["contribution_rates"]:
            assert (rate["percent"] is None) != (rate["amount"] is None)
            low, high = Decimal(limits["minimum_percent"]), Decimal(limits["maximum_percent"])
            assert rate["percent"] is None or low <= Decimal(rate["percent"]) <= high
        for part, key in (("allocations", "source"), ("beneficiaries", "class")):
            totals: dict[str, Decimal] = defaultdict(Decimal)
            for item in person[part]:
                totals[item[key]] += Decimal(item["percent"])
            assert set(totals.values()) <= {Decimal(100)}
        assert {item["source"] for part in ("balances", "vesting", "ytd") for item in person[part]} <= sources


def test_money_is_exact(plan_and_people: tuple[Document, list[Document]]) -> None:
    """RK-6: market value is units times price to the cent, half up; prices are the plan's; loans have distinct ids."""
    plan, people = plan_and_people
    prices = {fund["fund"]: fund["price"] for fund in plan["lineup"]["funds"]}
    for person in people:
        keys = [(item["source"], item["fund"]) for item in person["balances"]]
        assert len(keys) == len(set(keys))
        for item in person["balances"]:
            value = (Decimal(item["units"]) * Decimal(item["price"])).quantize(Decimal("0.01"), ROUND_HALF_UP)
            assert Decimal(item["market_value"]) == value
            assert (item["price"], item["price_date"]) == (prices[item["fund"]], DAY.isoformat())
        loans = [loan["loan_id"] for loan in person["loans"]]
        assert len(loans) == len(set(loans)) <= plan["provisions"]["loans"]["maximum"]
        assert all(Decimal(loan["balance"]) >= 0 for loan in person["loans"])


def test_half_a_cent_rounds_up() -> None:
    """RK-6: half a cent becomes a cent, less than half does not."""
    assert cents_of_holding(500_000, 100) == 1
    assert cents_of_holding(499_999, 100) == 0
