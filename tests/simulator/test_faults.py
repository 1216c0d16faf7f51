"""Faults on demand: what a client of the simulator sees of each, and that all of them end when told."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import msgspec
import pytest

from planbridge.simulator.faults import FAULTS
from tests.simulator.test_submissions import PERSON, RATE, submit
from tests.simulator_process import Simulator

PLAN = "910001"
PEOPLE = f"/v1/plans/{PLAN}/participants"
TOTALS = f"/v1/plans/{PLAN}/totals"
NDJSON = "application/x-ndjson"


def ids(people: list[dict[str, object]]) -> list[object]:
    """Return the people's ids in their order."""
    return [person["participant_id"] for person in people]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("rate_limited", 429, "RATE_LIMITED"),
        ("server_error", 500, "INTERNAL_ERROR"),
        ("unavailable", 503, "UNAVAILABLE"),
        ("unauthorized", 401, "TOKEN_EXPIRED"),
        ("forbidden", 403, "FORBIDDEN"),
        ("plan_not_found", 404, "PLAN_NOT_FOUND"),
    ],
)
def test_an_error_status_strikes_once(faulty: Simulator, fault: str, status: int, code: str) -> None:
    """RK-6: an error status with `times` 1 strikes one request, as a problem with a code, and the next one is well."""
    faulty.fault(fault, times=1)
    answer = faulty.get(f"/v1/plans/{PLAN}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert faulty.get(f"/v1/plans/{PLAN}").status_code == 200


def test_retry_after_is_seconds_or_a_date(faulty: Simulator) -> None:
    """RK-6: 429 and 503 carry Retry-After, in seconds or as an HTTP date."""
    faulty.fault("rate_limited", times=1, seconds=7)
    assert faulty.get("/v1/plans").headers["retry-after"] == "7"
    faulty.fault("unavailable", times=1, seconds=60, as_date=True)
    until = parsedate_to_datetime(faulty.get("/v1/plans").headers["retry-after"])
    assert timedelta(seconds=30) < until - datetime.now(UTC) <= timedelta(seconds=61)


def test_slow_answers_late(faulty: Simulator) -> None:
    """RK-6: a slow answer is the true answer, later."""
    faulty.fault("slow", times=1, seconds=0.4)
    start = time.monotonic()
    assert faulty.get("/v1/plans").status_code == 200
    assert time.monotonic() - start >= 0.4


@pytest.mark.parametrize("fault", ["truncated_body", "connection_reset"])
@pytest.mark.parametrize("accept", ["application/json", NDJSON])
def test_a_cut_body_is_seen_as_cut(faulty: Simulator, fault: str, accept: str) -> None:
    """RK-6: a body that ends before its length, or without an end, breaks the client's read, and not the next one."""
    faulty.fault(fault, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        faulty.get(PEOPLE, accept=accept)
    assert faulty.get(PEOPLE, accept=accept).status_code == 200


def test_a_body_that_is_not_json(faulty: Simulator) -> None:
    """RK-6: a malformed body and a page of HTML both answer 200 and cannot be read as JSON."""
    for fault, kind in (("malformed_json", "application/json"), ("html_body", "text/html")):
        faulty.fault(fault, times=1)
        answer = faulty.get(PEOPLE)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
        with pytest.raises(msgspec.DecodeError):
            msgspec.json.decode(answer.content)


@pytest.mark.parametrize("limit", [7, 5000])
def test_duplicates_stand_on_two_pages(faulty: Simulator, limit: int) -> None:
    """RK-6: one person comes twice, with the same content or with other, and nobody else does."""
    true = faulty.people(PLAN)
    faulty.fault("duplicate_same")
    same = faulty.people(PLAN, limit=limit)
    faulty.clear_faults()
    faulty.fault("duplicate_other")
    other = faulty.people(PLAN, limit=limit)
    for people in (same, other):
        assert set(ids(people)) == set(ids(true))
        assert len(people) > len(true)
    assert all(person in true for person in same)
    assert next(person for person in other if person not in true)["participant_id"] == true[0]["participant_id"]


def test_reordered_people_are_the_same_people(faulty: Simulator) -> None:
    """RK-6: reordered pages hold the same people in another order."""
    true = faulty.people(PLAN)
    faulty.fault("reordered")
    assert faulty.people(PLAN) == true[::-1]
    assert sorted(map(str, ids(faulty.people(PLAN, limit=7)))) == ids(true)


def test_half_a_listing_looks_complete(faulty: Simulator) -> None:
    """RK-6: a listing that ends half-way names no next page, and only the totals tell."""
    true = faulty.people(PLAN)
    faulty.fault("half_listing")
    assert len(faulty.people(PLAN)) == len(true) // 2
    end = msgspec.json.decode(faulty.get(PEOPLE, accept=NDJSON).text.splitlines()[-1])
    assert end["count"] == len(true) // 2
    assert faulty.get(TOTALS).json()["participants"] == len(true)


def test_dropped_people_are_missing_in_totals_too(faulty: Simulator) -> None:
    """RK-6: with a fifth of the people dropped, pages, NDJSON and totals agree with one another."""
    true = faulty.people(PLAN)
    faulty.fault("dropped_people")
    left = len(faulty.people(PLAN))
    assert left == len(true) - len(true) // 5
    assert faulty.get(TOTALS).json()["participants"] == left
    assert msgspec.json.decode(faulty.get(PEOPLE, accept=NDJSON).text.splitlines()[-1])["count"] == left


@pytest.mark.parametrize("field", ["participants", "market_value", "by_source", "by_fund"])
def test_totals_lie_in_one_field(faulty: Simulator, field: str) -> None:
    """RK-6: lying totals differ from the true ones in the field named, and only there."""
    true = faulty.get(TOTALS).json()
    faulty.fault("lying_totals", field=field, times=1)
    lied = faulty.get(TOTALS).json()
    assert [name for name in true if true[name] != lied[name]] == [field]


def test_a_snapshot_expires_after_the_first_page(faulty: Simulator) -> None:
    """RK-6: the second page answers 410 once, and the listing started again comes to its end."""
    faulty.fault("snapshot_expired", times=1)
    first = faulty.get(PEOPLE, limit=5).json()
    assert faulty.get(PEOPLE, limit=5, cursor=first["next"]).status_code == 410
    assert len(faulty.people(PLAN, limit=5)) == len(faulty.people(PLAN))


def test_a_cursor_can_lead_in_a_circle(faulty: Simulator) -> None:
    """RK-6: every page names the same next page, for ever."""
    faulty.fault("cursor_loop")
    first = faulty.get(PEOPLE, limit=5).json()
    second = faulty.get(PEOPLE, limit=5, cursor=first["next"]).json()
    assert second["next"] == first["next"]
    assert second["participants"] == first["participants"]


def test_changed_since_can_be_ignored(faulty: Simulator) -> None:
    """RK-6: changed_since ignored gives everyone."""
    as_of = faulty.get(PEOPLE).json()["as_of"]
    assert faulty.people(PLAN, changed_since=as_of) == []
    faulty.fault("changed_since_ignored")
    assert faulty.people(PLAN, changed_since=as_of) == faulty.people(PLAN)


def test_ndjson_can_fail(faulty: Simulator) -> None:
    """RK-6: NDJSON not offered is 406; without its end line, or with a wrong count, it is 200."""
    faulty.fault("ndjson_not_offered", times=1)
    assert faulty.get(PEOPLE, accept=NDJSON).status_code == 406
    faulty.fault("ndjson_no_end", times=1)
    assert "end" not in msgspec.json.decode(faulty.get(PEOPLE, accept=NDJSON).text.splitlines()[-1])
    faulty.fault("ndjson_wrong_count", times=1)
    lines = faulty.get(PEOPLE, accept=NDJSON).text.splitlines()
    assert msgspec.json.decode(lines[-1])["count"] == len(lines)


def test_an_accepted_submission_may_never_be_applied(simulator: Simulator) -> None:
    """RK-6: a submission under submission_not_applied stays accepted through pay periods; a refused one is rejected."""
    simulator.fault("submission_not_applied", times=1)
    assert submit(simulator, RATE, "never").status_code == 202
    simulator.fault("submission_rejected", times=1)
    assert submit(simulator, RATE, "refused").status_code == 202
    simulator.admin("pay-period")
    assert simulator.get("/v1/submissions", idempotency_key="never").json()["status"] == "accepted"
    refused = simulator.get("/v1/submissions", idempotency_key="refused").json()
    assert (refused["status"], refused["problem"]["code"]) == ("rejected", "SUBMISSION_REJECTED")


def test_a_submission_may_be_applied_without_an_answer(simulator: Simulator) -> None:
    """RK-6: the client times out, and asking by key shows that the submission was applied."""
    simulator.fault("submission_timeout", times=1)
    url = f"{simulator.url}/v1/plans/{PLAN}/participants/{PERSON}/submissions"
    body = {"receipt": "R-1", "requested_at": "2026-11-21T10:00:00Z", "effective": "next_payroll", **RATE}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(url, json=body, headers={**simulator.headers, "Idempotency-Key": "silent"}, timeout=1)
    assert simulator.get("/v1/submissions", idempotency_key="silent").json()["status"] == "applied"


def test_the_token_url_fails_only_when_named(faulty: Simulator) -> None:
    """RK-6: a fault of every call leaves the token URL well, and one that names it does not."""
    url = f"{faulty.url}/oauth/token"
    form = {"grant_type": "client_credentials", "client_id": "planbridge", "client_secret": faulty.token}
    faulty.fault("server_error")
    assert httpx.post(url, data=form).status_code == 200
    faulty.fault("server_error", call="token")
    assert httpx.post(url, data=form).status_code == 500


def test_a_fault_can_be_of_one_plan(faulty: Simulator) -> None:
    """RK-6: a fault of one plan leaves the others well."""
    faulty.fault("server_error", plan_id=PLAN)
    assert faulty.get(f"/v1/plans/{PLAN}").status_code == 500
    assert faulty.get("/v1/plans/910002").status_code == 200


def test_faults_are_listed_and_cleared(faulty: Simulator) -> None:
    """RK-6: faults that are on are listed, cleared together, and an unknown one is refused with the names there are."""
    for name in FAULTS:
        faulty.fault(name.replace("_", "-"), plan_id="none")
    listed = httpx.get(f"{faulty.url}/admin/faults").json()["faults"]
    assert [fault["fault"] for fault in listed] == list(FAULTS)
    faulty.clear_faults()
    assert httpx.get(f"{faulty.url}/admin/faults").json()["faults"] == []
    refused = httpx.post(f"{faulty.url}/admin/faults", json={"fault": "gremlins"})
    assert refused.status_code == 422
    assert "truncated_body" in refused.json()["detail"]
