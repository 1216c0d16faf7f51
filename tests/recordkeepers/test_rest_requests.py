"""Requests to a recordkeeper: who is let in, what is tried again, and how long it is waited for."""

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import ConnectorError, FixSettings, GiveUp, TryAgain
from planbridge.recordkeepers.rest import RestConnector
from tests.recordkeepers.independent_recordkeeper import Answer, Asked, IndependentRecordkeeper, recordkeeper_that

NO_PLANS = Answer('{"plans": [], "next": null}')


def error_of(recordkeeper: IndependentRecordkeeper, **settings: float) -> ConnectorError:
    """The error that listing the plans raises."""
    with pytest.raises(ConnectorError) as raised:
        list(recordkeeper.connector({"token": "key"}, **settings).list_plans())
    return raised.value


@pytest.mark.parametrize(
    "passing",
    [
        Answer(status=500),
        Answer(status=502),
        Answer(status=503),
        Answer("{"),
        Answer('{"plans": []', length=100),
        Answer(status=429),
        Answer(status=429, headers={"Retry-After": "0"}),
    ],
)
def test_what_may_pass_is_tried_again(passing: Answer) -> None:
    """RK-2: 5xx, broken bodies and 429 are tried again; the fifth try may still succeed."""
    waiting = [passing] * 4
    with recordkeeper_that(lambda _: waiting.pop() if waiting else NO_PLANS) as recordkeeper:
        assert list(recordkeeper.connector().list_plans()) == []
    assert len(recordkeeper.asked) == 5


@pytest.mark.parametrize(
    ("lasting", "error", "code"),
    [
        (Answer(status=500), TryAgain, "RK_UNREACHABLE"),
        (Answer("no JSON"), GiveUp, "RK_BAD_RESPONSE"),
        (Answer("{}", length=9), GiveUp, "RK_BAD_RESPONSE"),
    ],
)
def test_five_tries_are_enough(lasting: Answer, error: type[ConnectorError], code: str) -> None:
    """RK-2: A request is made at most five times; the error says whether a later run may do better."""
    with recordkeeper_that(lambda _: lasting) as recordkeeper:
        raised = error_of(recordkeeper)
    assert (type(raised), raised.problem.code, len(recordkeeper.asked)) == (error, code, 5)
    assert (raised.problem.detail or "").endswith("It was asked 5 times.")


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (400, GiveUp, "RK_BAD_RESPONSE"),
        (401, FixSettings, "RK_AUTH_FAILED"),
        (403, FixSettings, "RK_AUTH_FAILED"),
        (404, GiveUp, "RK_BAD_RESPONSE"),
        (418, GiveUp, "RK_BAD_RESPONSE"),
    ],
)
def test_other_refusals_are_not_tried_again(status: int, error: type[ConnectorError], code: str) -> None:
    """RK-2: A 4xx other than 429 is asked for once."""
    with recordkeeper_that(lambda _: Answer(status=status)) as recordkeeper:
        raised = error_of(recordkeeper)
    assert (type(raised), raised.problem.code, len(recordkeeper.asked)) == (error, code, 1)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("is_date", [False, True])
def test_retry_after_is_obeyed(status: int, is_date: bool) -> None:
    """RK-2: The next try comes no sooner than Retry-After says, in seconds or as an HTTP date."""
    times: list[float] = []

    def answers(_: Asked) -> Answer:
        times.append(time.monotonic())
        if len(times) > 1:
            return NO_PLANS
        # An HTTP date has whole seconds: two of them from now are one at least.
        later = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
        return Answer(status=status, headers={"Retry-After": later if is_date else "1"})

    with recordkeeper_that(answers) as recordkeeper:
        assert list(recordkeeper.connector().list_plans()) == []
    assert times[1] - times[0] >= 1.0


def test_waiting_has_an_end() -> None:
    """RK-2: A recordkeeper that asks for more patience than the connection has is left at once: RK_RATE_LIMITED."""
    with recordkeeper_that(lambda _: Answer(status=429, headers={"Retry-After": "3600"})) as recordkeeper:
        raised = error_of(recordkeeper, wait_seconds_max=1)
    assert (type(raised), raised.problem.code, len(recordkeeper.asked)) == (TryAgain, "RK_RATE_LIMITED", 1)


def test_silent_recordkeeper_times_out() -> None:
    """RK-2: No answer within timeout_seconds is RK_TIMEOUT after five tries."""

    def answers(_: Asked) -> Answer:
        time.sleep(2)
        return NO_PLANS

    with recordkeeper_that(answers) as recordkeeper:
        raised = error_of(recordkeeper, timeout_seconds=0.5)
    assert (type(raised), raised.problem.code, len(recordkeeper.asked)) == (TryAgain, "RK_TIMEOUT", 5)


def test_nobody_there_is_unreachable() -> None:
    """RK-2: A refused connection is RK_UNREACHABLE, worth another try later."""
    with recordkeeper_that(lambda _: NO_PLANS) as recordkeeper:
        pass
    raised = error_of(recordkeeper)
    assert (type(raised), raised.problem.code) == (TryAgain, "RK_UNREACHABLE")


@pytest.mark.parametrize(
    "url", ["http://recordkeeper.example.test/", "http://10.0.0.1", "ftp://127.0.0.1", "", "127.0.0.1"]
)
def test_unsafe_address_is_refused(url: str) -> None:
    """RK-2: http:// is for this machine itself; anything else takes https://."""
    connector = RestConnector(Connection(name="x", kind="rest", settings={"url": url}), {"token": "key"})
    with pytest.raises(FixSettings):
        list(connector.list_plans())


def test_missing_credentials_are_named() -> None:
    """RK-2: A connection without token and client id says so before any request."""
    with recordkeeper_that(lambda _: NO_PLANS) as recordkeeper, pytest.raises(FixSettings) as raised:
        list(recordkeeper.connector({"client_id": "a"}).list_plans())
    assert (raised.value.problem.code, recordkeeper.asked) == ("RK_AUTH_FAILED", [])


def test_client_credentials_are_renewed_once() -> None:
    """RK-2: A token is asked for by client credentials, and once more when it is refused with 401."""
    given: list[str] = []

    def answers(asked: Asked) -> Answer:
        if asked.path == "/token":
            assert (asked.method, asked.body) == ("POST", "grant_type=client_credentials")
            assert asked.headers["authorization"].startswith("Basic ")
            given.append(f"t{len(given) + 1}")
            return Answer(json.dumps({"access_token": given[-1], "token_type": "Bearer", "expires_in": 3600}))
        return NO_PLANS if asked.headers["authorization"] == "Bearer t2" else Answer(status=401)

    with recordkeeper_that(answers) as recordkeeper:
        credentials = {"client_id": "id", "client_secret": "secret"}
        connector = recordkeeper.connector(credentials, token_url=f"{recordkeeper.url}/token")
        assert list(connector.list_plans()) == []
    assert recordkeeper.paths() == ["/token", "/v1/plans", "/token", "/v1/plans"]


def test_refused_client_is_an_error_of_the_credentials() -> None:
    """RK-2: A token address that refuses the client is RK_AUTH_FAILED."""
    with recordkeeper_that(lambda _: Answer('{"error": "invalid_client"}', status=401)) as recordkeeper:
        credentials = {"client_id": "id", "client_secret": "wrong"}
        with pytest.raises(FixSettings) as raised:
            list(recordkeeper.connector(credentials, token_url=f"{recordkeeper.url}/token").list_plans())
    assert raised.value.problem.code == "RK_AUTH_FAILED"
    assert "wrong" not in str(raised.value)


def test_redirects_stay_on_the_host() -> None:
    """RK-2: A redirect within the host is followed; one to another host is not, and no credentials go there."""
    with recordkeeper_that(lambda _: NO_PLANS) as other:

        def answers(asked: Asked) -> Answer:
            if asked.path == "/v1/plans":
                return Answer(status=307, headers={"Location": "/moved/plans"})
            return Answer(status=307, headers={"Location": f"{other.url}/v1/plans"})

        with recordkeeper_that(answers) as recordkeeper:
            raised = error_of(recordkeeper)
    assert (type(raised), recordkeeper.paths(), other.asked) == (FixSettings, ["/v1/plans", "/moved/plans"], [])


def test_bodies_stay_out_of_messages() -> None:
    """US-2: What a broken body holds is in no message."""
    with recordkeeper_that(
        lambda _: Answer('{"plans": [{"plan_id": 900110001, "ssn": "900-11-0001"}]}')
    ) as recordkeeper:
        raised = error_of(recordkeeper)
    assert raised.problem.code == "RK_BAD_RESPONSE"
    assert "90011" not in str(raised)
    assert "900-11" not in repr(raised.__cause__)
