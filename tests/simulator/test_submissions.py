"""Submissions at the simulated recordkeeper: once per key, looked up by id and key, applied on pay day or refused."""

from collections.abc import Mapping

import httpx
import pytest

from tests.simulator_process import Simulator

PLAN, PERSON = "910001", "910001-000002"
ALWAYS = {"receipt": "R-1", "requested_at": "2026-11-21T10:00:00Z", "effective": "next_payroll"}
RATE = {"type": "contribution_rate", "source": "PRE", "percent": "7"}


def submit(simulator: Simulator, body: Mapping[str, object], key: str, *, person: str = PERSON) -> httpx.Response:
    """Send a submission with a key."""
    url = f"{simulator.url}/v1/plans/{PLAN}/participants/{person}/submissions"
    headers = {**simulator.headers, "Idempotency-Key": key}
    return httpx.post(url, json={**ALWAYS, **body}, headers=headers, timeout=30)


def test_a_key_works_once(simulator: Simulator) -> None:
    """SB-1: the same key and body gives the same answer, another body 409, and only one submission is there."""
    first = submit(simulator, RATE, "k1")
    assert (first.status_code, first.json()["status"]) == (202, "accepted")
    assert submit(simulator, RATE, "k1").json() == first.json()
    other = submit(simulator, {**RATE, "percent": "8"}, "k1")
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_MISMATCH")
    assert submit(simulator, RATE, "k1", person=f"{PLAN}-000001").status_code == 409


def test_a_submission_is_found_by_id_and_key(simulator: Simulator) -> None:
    """SB-2: a submission's state is found by its id and by its key; an unknown one is 404."""
    sent = submit(simulator, RATE, "k2").json()
    by_id = simulator.get(f"/v1/submissions/{sent['submission_id']}").json()
    assert by_id == simulator.get("/v1/submissions", idempotency_key="k2").json()
    assert by_id == {
        "submission_id": sent["submission_id"], "status": "accepted", "effective_date": None, "problem": None,
    }  # fmt: skip
    assert simulator.get("/v1/submissions", idempotency_key="never").status_code == 404
    assert simulator.get("/v1/submissions/never").status_code == 404


def test_a_rate_is_applied_with_the_next_payroll(simulator: Simulator) -> None:
    """SB-2: a rate for the next payroll is not applied by a price day, and is applied by a pay period."""
    submit(simulator, RATE, "k3")
    simulator.admin("price-day")
    assert simulator.get("/v1/submissions", idempotency_key="k3").json()["status"] == "accepted"
    simulator.admin("pay-period")
    found = simulator.get("/v1/submissions", idempotency_key="k3").json()
    assert (found["status"], found["effective_date"]) == ("applied", "2026-12-07")
    rates = simulator.people(PLAN, participant_id=PERSON)[0]["contribution_rates"]
    assert {"source": "PRE", "percent": "7", "amount": None} in rates


@pytest.mark.parametrize(
    ("body", "part", "expected"),
    [
        (
            {"type": "allocation", "source": "PRE", "allocations": [{"fund": "LC500", "percent": "100"}]},
            "allocations",
            [{"source": "PRE", "fund": "LC500", "percent": "100"}],
        ),
        (
            {"type": "beneficiaries", "beneficiaries": [{"class": "primary", "name": "Noor", "percent": "100"}]},
            "beneficiaries",
            [{"class": "primary", "name": "Noor", "relationship": None, "percent": "100"}],
        ),
        ({"type": "opt_out"}, "contribution_rates", [{"source": "PRE", "percent": "0", "amount": None}]),
        ({"type": "name", "first_name": "Ada", "last_name": "Byron"}, "last_name", "Byron"),
    ],
)
def test_each_kind_is_applied(simulator: Simulator, body: dict[str, object], part: str, expected: object) -> None:
    """SB-1: an allocation, beneficiaries, an opt-out and a name change show in the participant once applied."""
    assert submit(simulator, body, "k").json()["status"] == "accepted"
    simulator.admin("apply-submissions")
    found = simulator.people(PLAN, participant_id=PERSON)[0][part]
    if part == "allocations":
        found = [item for item in found if item["source"] == "PRE"]
    assert found == expected


def test_a_balance_transfer_moves_the_money(simulator: Simulator) -> None:
    """SB-1: a balance transfer leaves the source's money in the wanted funds only, less than a cent a fund lost."""
    person = next(item for item in simulator.people(PLAN) if item["balances"])
    before = [item for item in person["balances"] if item["source"] == "PRE"]
    wanted = [{"fund": "LC500", "percent": "60"}, {"fund": "BOND1", "percent": "40"}]
    body = {"type": "balance_transfer", "source": "PRE", "allocations": wanted}
    submit(simulator, body, "k", person=person["participant_id"])
    simulator.admin("apply-submissions")
    after = simulator.people(PLAN, participant_id=person["participant_id"])[0]["balances"]
    moved = [item for item in after if item["source"] == "PRE"]
    assert [item["fund"] for item in moved] == ["LC500", "BOND1"]
    value = sum(float(item["market_value"]) for item in moved)
    assert value == pytest.approx(sum(float(item["market_value"]) for item in before), abs=0.03)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "contribution_rate", "source": "PRE", "percent": "99"}, "RATE_NOT_PERMITTED"),
        ({"type": "contribution_rate", "source": "MATCH", "percent": "5"}, "SOURCE_UNKNOWN"),
        (
            {"type": "contribution_rate", "source": "PRE", "percent": "5", "amount": "1"},
            "RATE_BOTH_PERCENT_AND_AMOUNT",
        ),
        (
            {"type": "allocation", "source": "PRE", "allocations": [{"fund": "LC500", "percent": 99.5}]},
            "ALLOCATION_NOT_100",
        ),
        (
            {"type": "allocation", "source": "PRE", "allocations": [{"fund": "NONE", "percent": "100"}]},
            "FUND_NOT_OPEN",
        ),
        ({"type": "allocation", "source": "PRE"}, "SUBMISSION_REJECTED"),
    ],
)
def test_the_plan_refuses_what_it_does_not_permit(
    shared_simulator: Simulator, body: dict[str, object], code: str
) -> None:
    """SB-2: a submission against the plan's rules is rejected, and says why."""
    sent = submit(shared_simulator, body, f"refused {body}").json()
    found = shared_simulator.get(f"/v1/submissions/{sent['submission_id']}").json()
    assert (found["status"], found["problem"]["code"]) == ("rejected", code)


def test_what_is_no_submission_is_a_problem(shared_simulator: Simulator) -> None:
    """SB-1: no key is 400, an unknown type 422, an unknown person 404."""
    url = f"{shared_simulator.url}/v1/plans/{PLAN}/participants/{PERSON}/submissions"
    assert httpx.post(url, json={**ALWAYS, **RATE}, headers=shared_simulator.headers).status_code == 400
    assert submit(shared_simulator, {"type": "wish"}, "wish").status_code == 422
    assert submit(shared_simulator, RATE, "nobody", person="nobody").status_code == 404
