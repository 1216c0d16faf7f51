"""Changes of a lineup by command: a fund renamed, removed without successor, the default investment's years moved."""

from typing import Any

import httpx
import pytest

from tests.simulator_process import Simulator

PLAN = "910001"


def lineup(simulator: Simulator) -> dict[str, Any]:
    """The plan's lineup as the Recordkeeper API shows it."""
    found: dict[str, Any] = simulator.get(f"/v1/plans/{PLAN}").json()["lineup"]
    return found


def fund(simulator: Simulator, code: str) -> dict[str, Any]:
    """A fund of it."""
    return next(one for one in lineup(simulator)["funds"] if one["fund"] == code)


def test_a_fund_is_renamed(simulator: Simulator) -> None:
    """RK-6: the fund has the new name and nothing else of it moved; the lineup is effective from today."""
    before = fund(simulator, "BOND1")
    done = simulator.admin("rename-fund", plan_id=PLAN, fund="BOND1", name="Core Bond Fund")
    assert (done["from"], done["to"]) == (before["name"], "Core Bond Fund")
    assert fund(simulator, "BOND1") == before | {"name": "Core Bond Fund"}
    assert lineup(simulator)["effective_date"] == "2026-11-20"


def test_a_fund_is_removed_without_successor(simulator: Simulator) -> None:
    """RK-6: the fund is closed and names no successor; the people's money stays in it over a pay period."""
    before = {one["participant_id"] for one in simulator.people(PLAN) if holds(one, "BOND1")}
    simulator.admin("remove-fund", plan_id=PLAN, fund="BOND1")
    simulator.admin("pay-period")
    closed = fund(simulator, "BOND1")
    assert (closed["status"], closed["mapped_to"]) == ("closed", None)
    assert before
    assert before == {one["participant_id"] for one in simulator.people(PLAN) if holds(one, "BOND1")}


def holds(person: dict[str, Any], code: str) -> bool:
    """Whether a person has units of a fund."""
    return any(one["fund"] == code for one in person["balances"])


def test_the_years_of_the_default_investment_move(simulator: Simulator) -> None:
    """RK-6: each range begins and ends so many years later, and open ends stay open."""
    before = lineup(simulator)["default_investment"]
    simulator.admin("move-default-years", plan_id=PLAN, years=2)
    after = lineup(simulator)["default_investment"]
    for end in ("retirement_from", "retirement_to"):
        assert [one[end] and one[end] + 2 for one in before] == [one[end] for one in after]


@pytest.mark.parametrize(
    ("action", "order"),
    [
        ("rename-fund", {"fund": "NONE", "name": "Other"}),
        ("rename-fund", {"fund": "BOND1", "name": " "}),
        ("remove-fund", {"fund": "NONE"}),
        ("remove-fund", {"fund": "TD45"}),
        ("move-default-years", {"years": 0}),
        ("move-default-years", {"years": 500}),
    ],
)
def test_what_cannot_be_changed_is_refused(shared_simulator: Simulator, action: str, order: dict[str, object]) -> None:
    """RK-6: a fund that there is not or that is a default, an empty name and impossible years are refused (409)."""
    said = httpx.post(f"{shared_simulator.url}/admin/{action}", json={"plan_id": PLAN} | order)
    assert (said.status_code, said.json()["code"]) == (409, "CHANGE_REFUSED")
