"""The `rest` connector reads plan lists and plan documents of any recordkeeper that keeps the contract."""

import time
from datetime import UTC, datetime

import pytest

from planbridge.recordkeepers.connector import GiveUp, ListedPlan, WantedPlan
from tests.recordkeepers.independent_recordkeeper import Answer, Asked, recordkeeper_that

RETRY_AFTER_SECONDS = 60


@pytest.mark.parametrize("following", ["b2", "/v1/plans?cursor=b2", "?cursor=b2", "{url}/v1/plans?cursor=b2"])
def test_plan_list_is_read_to_its_end(following: str) -> None:
    """RK-2: The list goes on at an opaque cursor, at a relative address and at an absolute one."""

    def answers(asked: Asked) -> Answer:
        if asked.query.get("cursor") == "b2":
            return Answer('{"plans": [{"plan_id": "2", "name": "B", "revision": "r1"}], "next": null}')
        cursor = following.format(url="http://" + asked.headers["host"])
        return Answer('{"plans": [{"plan_id": "1", "name": "A", "participants": 3}], "next": "%s"}' % cursor)

    with recordkeeper_that(answers) as recordkeeper:
        plans = list(recordkeeper.connector().list_plans())
    assert plans == [ListedPlan("1", "A", 3), ListedPlan("2", "B", None)]


def test_plan_list_without_end_is_given_up() -> None:
    """RK-2: A cursor that comes twice breaks the contract; it is not followed for ever."""
    page = Answer('{"plans": [], "next": "again"}')
    with recordkeeper_that(lambda _: page) as recordkeeper, pytest.raises(GiveUp) as raised:
        list(recordkeeper.connector().list_plans())
    assert raised.value.problem.code == "RK_BAD_RESPONSE"
    assert len(recordkeeper.asked) == 2


def test_next_page_on_another_host_is_refused() -> None:
    """RK-2: Credentials go to no other host, even when a cursor names one."""
    page = Answer('{"plans": [], "next": "http://127.0.0.2:1/v1/plans?cursor=x"}')
    with recordkeeper_that(lambda _: page) as recordkeeper, pytest.raises(GiveUp, match="another host"):
        list(recordkeeper.connector().list_plans())


def test_numbers_of_a_document_are_exact_text() -> None:
    """RK-2: JSON numbers with a fraction or exponent become decimal text to the last digit; whole ones stay numbers."""
    body = """{ "plan_id": "1", "as_of": "2026-11-20T17:00:00-05:00", "a": 0.10, "b": 12345678901234567890.123456789,
                "c": 1.5e3, "d": 401, "e": [ 2.50 ] }"""
    with recordkeeper_that(lambda _: Answer(body, headers={"ETag": '"v1"'})) as recordkeeper:
        (answer,) = recordkeeper.connector().read_plans([WantedPlan(1, "1")])
    assert answer.document is not None
    numbers = {name: answer.document[name] for name in "abcde"}
    assert numbers == {"a": "0.10", "b": "12345678901234567890.123456789", "c": "1500", "d": 401, "e": ["2.50"]}
    assert (answer.as_of, answer.etag) == (datetime(2026, 11, 20, 22, tzinfo=UTC), '"v1"')


def test_unchanged_document_is_not_sent_again() -> None:
    """RK-2: The ETag of the last reading is asked about, and 304 means nothing new."""

    def answers(asked: Asked) -> Answer:
        return Answer(status=304 if asked.headers.get("if-none-match") == '"v1"' else 500)

    with recordkeeper_that(answers) as recordkeeper:
        (answer,) = recordkeeper.connector().read_plans([WantedPlan(1, "1", etag='"v1"')])
    assert (answer.document, answer.etag, answer.problems) == (None, '"v1"', ())


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (Answer(status=404), "PLAN_NOT_FOUND"),
        (Answer('{"plan_id": "3"}'), "RK_BAD_RESPONSE"),
        (Answer("[]"), "RK_BAD_RESPONSE"),
        (Answer("<html>maintenance</html>"), "RK_BAD_RESPONSE"),
        (Answer('{"plan_id": "2"', length=500), "RK_BAD_RESPONSE"),
        (Answer(status=500), "RK_UNREACHABLE"),
        (Answer(status=403), "RK_AUTH_FAILED"),
        (Answer(status=400), "RK_BAD_RESPONSE"),
    ],
)
def test_one_plan_at_fault_stops_no_other(bad: Answer, code: str) -> None:
    """RK-2: A plan that fails says why in its answer; the other plans are read."""

    def answers(asked: Asked) -> Answer:
        return bad if asked.path == "/v1/plans/2" else Answer('{"plan_id": "%s"}' % asked.path.rpartition("/")[2])

    with recordkeeper_that(answers) as recordkeeper:
        read = recordkeeper.connector().read_plans([WantedPlan(number, str(number)) for number in (1, 2, 3)])
        codes = {one.wanted.plan_id: [problem.code for problem in one.problems] for one in read}
    assert codes == {1: [], 2: [code], 3: []}


def test_reading_that_is_left_early_ends_its_waits() -> None:
    """PT-7: Who stops asking is not kept waiting for requests that are still being tried."""

    def answers(asked: Asked) -> Answer:
        return (
            Answer('{"plan_id": "1"}')
            if asked.path.endswith("/1")
            else Answer(status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
        )

    started = time.monotonic()
    with recordkeeper_that(answers) as recordkeeper:
        read = recordkeeper.connector().read_plans([WantedPlan(number, str(number)) for number in range(1, 9)])
        assert next(iter(read)).wanted.plan_id == 1
        read.close()  # type: ignore[attr-defined] # the connector's iterators are generators
    assert time.monotonic() - started < RETRY_AFTER_SECONDS


def test_plan_id_is_quoted_in_the_path() -> None:
    """RK-2: A plan id is opaque text; slashes, spaces and question marks in it change no path."""
    with recordkeeper_that(lambda _: Answer('{"plan_id": "a/b c?d"}')) as recordkeeper:
        (answer,) = recordkeeper.connector().read_plans([WantedPlan(1, "a/b c?d")])
    assert answer.problems == ()
    assert answer.requests[0].path == "/v1/plans/a%2Fb%20c%3Fd"
