"""The Recordkeeper API as the simulator serves it: pages, ETag, snapshots, changed-since, totals, NDJSON, keys."""

from decimal import Decimal

import httpx
import msgspec

from tests.simulator_process import Simulator

PLAN = "910001"
PEOPLE = f"/v1/plans/{PLAN}/participants"
NDJSON = "application/x-ndjson"


def test_plans_are_listed_in_pages(shared_simulator: Simulator) -> None:
    """RK-2: plans come in pages of the size asked for, and the cursor leads through all of them."""
    first = shared_simulator.get("/v1/plans", limit=2).json()
    last = shared_simulator.get("/v1/plans", limit=2, cursor=first["next"]).json()
    assert [plan["plan_id"] for plan in first["plans"] + last["plans"]] == ["910001", "910002", "910003"]
    assert last["next"] is None
    assert sum(plan["participants"] for plan in first["plans"] + last["plans"]) == 60


def test_a_plan_document_has_a_strong_etag(simulator: Simulator) -> None:
    """RK-2: the plan document answers 304 to its own ETag and 200 with another ETag once a price has moved."""
    path = f"/v1/plans/{PLAN}"
    first = simulator.get(path)
    asked = {**simulator.headers, "If-None-Match": first.headers["etag"]}
    assert httpx.get(simulator.url + path, headers=asked).status_code == 304
    simulator.admin("price-day")
    moved = httpx.get(simulator.url + path, headers=asked)
    assert moved.status_code == 200
    assert moved.headers["etag"] != first.headers["etag"]
    assert moved.json()["revision"] == "r2"


def test_an_unknown_plan_is_a_problem(shared_simulator: Simulator) -> None:
    """RK-2: an unknown plan answers 404 as RFC 9457 with a code, on every call."""
    for path in ("/v1/plans/none", "/v1/plans/none/participants", "/v1/plans/none/totals"):
        answer = shared_simulator.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "PLAN_NOT_FOUND")
        assert answer.headers["content-type"] == "application/problem+json"


def test_pages_hold_everyone_once(shared_simulator: Simulator) -> None:
    """RK-2: pages of seven hold each person once, in one snapshot, as many as the plan says."""
    ids = [person["participant_id"] for person in shared_simulator.people(PLAN, limit=7)]
    count = shared_simulator.get("/v1/plans").json()["plans"][0]["participants"]
    assert len(ids) == len(set(ids)) == count


def test_a_snapshot_stays_while_data_change(simulator: Simulator) -> None:
    """RK-2: pages read after a price day still show the prices, people and totals of their snapshot."""
    first = simulator.get(PEOPLE, limit=5).json()
    totals = simulator.get(f"/v1/plans/{PLAN}/totals", snapshot=first["snapshot"]).json()
    simulator.admin("price-day")
    simulator.admin("hire", plan_id=PLAN, count=2)
    rest = simulator.get(PEOPLE, cursor=first["next"], limit=5000).json()
    people = first["participants"] + rest["participants"]
    assert rest["snapshot"] == first["snapshot"]
    assert len(people) == totals["participants"]
    assert {item["price_date"] for person in people for item in person["balances"]} == {"2026-11-20"}
    assert simulator.get(f"/v1/plans/{PLAN}/totals", snapshot=first["snapshot"]).json() == totals


def test_totals_are_the_sums_of_the_people(shared_simulator: Simulator) -> None:
    """RK-2: control totals equal the people of the snapshot, by source and by fund, to the last digit."""
    page = shared_simulator.get(PEOPLE, limit=5000).json()
    totals = shared_simulator.get(f"/v1/plans/{PLAN}/totals", snapshot=page["snapshot"]).json()
    positions = [item for person in page["participants"] for item in person["balances"]]
    assert Decimal(totals["market_value"]) == sum(Decimal(item["market_value"]) for item in positions)
    for row in totals["by_source"]:
        held = [Decimal(item["market_value"]) for item in positions if item["source"] == row["source"]]
        assert Decimal(row["market_value"]) == sum(held)
    for row in totals["by_fund"]:
        assert Decimal(row["units"]) == sum(Decimal(item["units"]) for item in positions if item["fund"] == row["fund"])


def test_ndjson_holds_the_same_people(shared_simulator: Simulator) -> None:
    """RK-2: NDJSON gives the people of the pages, one a line, and ends with their count."""
    lines = shared_simulator.get(PEOPLE, accept=NDJSON).text.splitlines()
    *people, end = [msgspec.json.decode(line) for line in lines]
    assert people == shared_simulator.people(PLAN)
    assert end["end"] is True
    assert end["count"] == len(people)


def test_changed_since_gives_changes_and_departures(simulator: Simulator) -> None:
    """RK-2: after a full listing, changed_since gives exactly those changed, hired and gone since then."""
    as_of = simulator.get(PEOPLE).json()["as_of"]
    assert simulator.people(PLAN, changed_since=as_of) == []
    changed = f"{PLAN}-000002"
    simulator.admin("change-participant", plan_id=PLAN, participant_id=changed, field="address.city", value="Tulsa")
    hired = simulator.admin("hire", plan_id=PLAN)["participants"]
    gone = simulator.admin("remove-people", plan_id=PLAN, participant_ids=[f"{PLAN}-000003"])["participants"]
    found = {person["participant_id"]: person for person in simulator.people(PLAN, changed_since=as_of)}
    assert set(found) == {changed, *hired, *gone}
    assert found[changed]["address"]["city"] == "Tulsa"
    assert found[gone[0]] == {"participant_id": gone[0], "deleted": True}
    assert gone[0] not in [person["participant_id"] for person in simulator.people(PLAN)]


def test_one_participant_is_found_by_id(shared_simulator: Simulator) -> None:
    """RK-2: participant_id gives that person alone, and nobody when there is none."""
    wanted = f"{PLAN}-000004"
    assert [person["participant_id"] for person in shared_simulator.people(PLAN, participant_id=wanted)] == [wanted]
    assert shared_simulator.people(PLAN, participant_id="nobody") == []


def test_an_expired_snapshot_is_gone(simulator: Simulator) -> None:
    """RK-2: a page of an expired snapshot answers 410, and a new listing begins with a new snapshot."""
    first = simulator.get(PEOPLE, limit=3).json()
    simulator.admin("expire-snapshots")
    answer = simulator.get(PEOPLE, cursor=first["next"])
    assert (answer.status_code, answer.json()["code"]) == (410, "SNAPSHOT_EXPIRED")
    assert simulator.get(f"/v1/plans/{PLAN}/totals", snapshot=first["snapshot"]).status_code == 410
    assert simulator.get(PEOPLE).json()["snapshot"] != first["snapshot"]


def test_bad_parameters_are_problems(shared_simulator: Simulator) -> None:
    """RK-2: a cursor, limit or time that cannot be read answers 400 and says which."""
    for name, value in (("cursor", "%%%"), ("limit", "none"), ("limit", "0"), ("changed_since", "2026-11-20")):
        answer = shared_simulator.get(PEOPLE, **{name: value})
        assert (answer.status_code, answer.json()["code"]) == (400, "PARAMETER_INVALID"), name


def test_a_key_is_needed(shared_simulator: Simulator) -> None:
    """RK-2: without the key, or with another, every call answers 401 with a challenge."""
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic test-key"}):
        answer = httpx.get(f"{shared_simulator.url}/v1/plans", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_client_credentials_give_a_token(shared_simulator: Simulator) -> None:
    """RK-2: OAuth 2 client credentials, in the body or by Basic, give a token that admits; a wrong secret does not."""
    url = f"{shared_simulator.url}/oauth/token"
    grant = {"grant_type": "client_credentials"}
    in_body = httpx.post(url, data={**grant, "client_id": "planbridge", "client_secret": "test-key"})
    by_basic = httpx.post(url, data=grant, auth=("planbridge", "test-key"))
    for answer in (in_body, by_basic):
        key = answer.json()["access_token"]
        plans = httpx.get(f"{shared_simulator.url}/v1/plans", headers={"Authorization": f"Bearer {key}"})
        assert plans.status_code == 200
    assert httpx.post(url, data=grant, auth=("planbridge", "wrong")).status_code == 401
    assert httpx.post(url, data={"grant_type": "password"}).json()["error"] == "unsupported_grant_type"
