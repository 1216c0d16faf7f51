"""Time passes and things change at the recordkeeper by command only."""

import re
from pathlib import Path

import httpx
import pytest

from planbridge.simulator.admin_face import ACTIONS
from planbridge.simulator.defects import DEFECTS
from tests.simulator_process import Simulator, start_simulator

PLAN = "910001"


def by_id(simulator: Simulator) -> dict[str, dict[str, object]]:
    """Return the plan's people by id."""
    return {person["participant_id"]: person for person in simulator.people(PLAN)}


def units(person: dict[str, object]) -> list[tuple[str, str, str]]:
    """Return a person's positions without prices."""
    balances = person["balances"]
    assert isinstance(balances, list)
    return [(item["source"], item["fund"], item["units"]) for item in balances]


def test_a_price_day_moves_prices_only(simulator: Simulator) -> None:
    """RK-6: on the next business day every price has moved by less than half a percent, and no unit."""
    before, plan = by_id(simulator), simulator.get(f"/v1/plans/{PLAN}").json()
    assert simulator.admin("price-day")["day"] == "2026-11-23"
    after, moved = by_id(simulator), simulator.get(f"/v1/plans/{PLAN}").json()
    for old, new in zip(plan["lineup"]["funds"], moved["lineup"]["funds"], strict=True):
        assert 0 < abs(float(new["price"]) / float(old["price"]) - 1) < 0.005
        assert new["price_date"] == "2026-11-23"
    for person_id, person in before.items():
        assert units(person) == units(after[person_id])
        assert {**person, "balances": []} == {**after[person_id], "balances": []}


def test_a_pay_period_brings_contributions(simulator: Simulator) -> None:
    """RK-6: after a pay period active savers have more units and year-to-date money, and the terminated have not."""
    before = by_id(simulator)
    simulator.admin("pay-period")
    after = by_id(simulator)
    savers = [key for key, person in before.items() if person["status"] == "active" and person["contribution_rates"]]
    gone = [key for key, person in before.items() if person["status"] == "terminated"]
    assert savers
    assert all(units(after[key]) != units(before[key]) and after[key]["ytd"] != before[key]["ytd"] for key in savers)
    assert all(units(after[key]) == units(before[key]) for key in gone)


def test_people_are_hired_and_leave(simulator: Simulator) -> None:
    """RK-6: the hired have a new id and today's hire date; leavers are terminated today and keep their money."""
    before = by_id(simulator)
    hired = simulator.admin("hire", plan_id=PLAN, count=2)["participants"]
    left = simulator.admin("leave", plan_id=PLAN, count=2)["participants"]
    after = by_id(simulator)
    assert set(after) - set(before) == set(hired)
    for person_id in left:
        assert after[person_id]["status"] == "terminated"
        assert units(after[person_id]) == units(before[person_id])
    assert simulator.get("/v1/plans").json()["plans"][0]["participants"] == len(after)


def test_a_fund_is_replaced(simulator: Simulator) -> None:
    """RK-6: the old fund is closed and names its successor, the lineup has a new date; a pay period moves money."""
    before = simulator.get(f"/v1/plans/{PLAN}").json()
    done = simulator.admin("replace-fund", plan_id=PLAN, fund="LC500")
    plan = simulator.get(f"/v1/plans/{PLAN}").json()
    funds = {fund["fund"]: fund for fund in plan["lineup"]["funds"]}
    assert (funds["LC500"]["status"], funds["LC500"]["mapped_to"]) == ("closed", done["added"])
    assert funds[done["added"]]["status"] == "open"
    assert plan["revision"] != before["revision"]
    assert plan["lineup"]["effective_date"] == "2026-11-20"
    simulator.admin("pay-period")
    assert not [item for person in simulator.people(PLAN) for item in person["balances"] if item["fund"] == "LC500"]


def test_a_contact_changes(simulator: Simulator) -> None:
    """RK-6: the contact of a role has the new name."""
    simulator.admin("change-contact", plan_id=PLAN, role="primary", name="Zoë O'Neil")
    contacts = simulator.get(f"/v1/plans/{PLAN}").json()["contacts"]
    assert next(contact for contact in contacts if contact["role"] == "primary")["name"] == "Zoë O'Neil"


def test_every_defect_is_given_and_mended(tmp_path: Path) -> None:
    """RK-6: one defect a person of every kind, kept through a price day, and gone without trace when mended."""
    with start_simulator(tmp_path, plans=1, people=60) as simulator:
        before = by_id(simulator)
        broken = simulator.admin("break", plan_id=PLAN, kinds=list(DEFECTS), count=len(DEFECTS))["broken"]
        assert [item["code"] for item in broken] == list(DEFECTS)
        touched = by_id(simulator)
        assert {key for key in before if before[key] != touched[key]} == {item["participant_id"] for item in broken}
        simulator.admin("mend", plan_id=PLAN)
        assert by_id(simulator) == before
        simulator.admin("break", plan_id=PLAN, kinds=["SSN_MISSING"], count=1)
        simulator.admin("pay-period")
        assert len([person for person in simulator.people(PLAN) if person["ssn"] is None]) == 1


def test_orders_that_cannot_be_done_are_refused(shared_simulator: Simulator) -> None:
    """RK-6: an unknown action, plan, field or defect is refused and named."""
    url = f"{shared_simulator.url}/admin"
    assert httpx.post(f"{url}/dance").status_code == 404
    assert httpx.post(f"{url}/hire", json={"plan_id": "none"}).status_code == 404
    assert httpx.post(f"{url}/hire", json={"people": 3}).status_code == 422
    assert httpx.post(f"{url}/break", json={"kinds": ["BROKEN_HEART"]}).status_code == 409
    wrong = {"plan_id": PLAN, "participant_id": f"{PLAN}-000001", "field": "shoe_size", "value": 1}
    assert httpx.post(f"{url}/change-participant", json=wrong).status_code == 409


@pytest.mark.parametrize("headers", [{"Origin": "https://elsewhere.test"}, {"Host": "elsewhere.test"}])
def test_other_sites_may_not_order(shared_simulator: Simulator, headers: dict[str, str]) -> None:
    """RK-6: a page of another site in a local browser cannot use the admin calls or the page's forms."""
    for path in ("/admin/price-day", "/do/price-day"):
        assert httpx.post(shared_simulator.url + path, headers=headers).status_code == 403


def test_the_page_does_what_its_forms_say(simulator: Simulator) -> None:
    """RK-6: the page lists plans and has a form with a labelled field for each action; a form does its action."""
    page = httpx.get(simulator.url).text
    assert "Northwind Foods 401(k) Plan" in page
    assert all(f'action="/do/{name}"' in page for name in ACTIONS)
    labelled = set(re.findall(r'<label for="([^"]+)"', page))
    assert labelled == set(re.findall(r'<(?:input|select) id="([^"]+)"', page))
    said = httpx.post(f"{simulator.url}/do/hire", data={"plan_id": PLAN, "count": "2"}).text
    assert f"{PLAN}-0000" in said
    assert "slow is on" in httpx.post(f"{simulator.url}/do/faults", data={"fault": "slow", "seconds": "0"}).text
    assert "Refused" in httpx.post(f"{simulator.url}/do/hire", data={"plan_id": PLAN, "count": "many"}).text
