"""The `rest` connector reads the people of plans from any recordkeeper that keeps the contract."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

from planbridge.recordkeepers.connector import ControlTotals, PeopleGroup, PlanFeed, WantedPlan
from planbridge.recordkeepers.rest import RestConnector
from tests.recordkeepers.independent_recordkeeper import Answer, Asked, recordkeeper_that

PLAN = WantedPlan(1, "900")
AS_OF = "2026-11-20T22:00:00Z"
MISSING = Answer(status=404)


def page(*people: object, snapshot: str = "s1", following: str | None = None, **more: object) -> Answer:
    """One page of people, written with white space and line breaks."""
    body = {"snapshot": snapshot, "as_of": AS_OF, "participants": people, "next": following, **more}
    return Answer(json.dumps(body, indent=2))


def lines(*people: object, end: object = None, snapshot: str = "s1") -> Answer:
    """An NDJSON listing; `end` False leaves its end line out, another number counts wrong."""
    last = {"end": True, "snapshot": snapshot, "count": len(people) if end is None else end}
    listed = [json.dumps(line) for line in ([*people] if end is False else [*people, last])]
    return Answer("\n".join(listed) + "\n", headers={"Content-Type": "application/x-ndjson"})


def person(name: str, **fields: object) -> dict[str, object]:
    """A participant document with little in it."""
    return {"participant_id": name, "first_name": "Ada", **fields}


def answers_by(participants: Callable[[Asked], Answer], totals: Answer = MISSING) -> Callable[[Asked], Answer]:
    """A recordkeeper that offers no NDJSON unless `participants` does."""

    def answers(asked: Asked) -> Answer:
        return totals if asked.path.endswith("/totals") else participants(asked)

    return answers


def read(connector: RestConnector, *wanted: WantedPlan) -> tuple[dict[int, PlanFeed], pl.DataFrame]:
    """All feeds by plan, and all people as one frame."""
    groups: list[PeopleGroup] = list(connector.read_people(wanted or (PLAN,)))
    feeds = {feed.wanted.plan_id: feed for group in groups for feed in group.feeds}
    frames = [part.numbered(None).people for group in groups for part in group.parts]
    return feeds, pl.concat(frames) if frames else pl.DataFrame({"participant_id": []})


def codes(feed: PlanFeed) -> list[str]:
    """The codes of a feed's problems."""
    return [problem.code for problem in feed.problems]


def test_pages_of_a_snapshot_are_one_listing() -> None:
    """RK-2: Pages are read to their end, without NDJSON (406) and totals (404) when those are not offered."""

    def participants(asked: Asked) -> Answer:
        if "ndjson" in asked.headers["accept"]:
            return Answer(status=406)
        return page(person("B")) if asked.query.get("cursor") == "2" else page(person("A"), following="2")

    with recordkeeper_that(answers_by(participants)) as recordkeeper:
        feeds, people = read(recordkeeper.connector())
    assert people["participant_id"].to_list() == ["A", "B"]
    assert people["plan_id"].to_list() == ["900", "900"]
    feed = feeds[1]
    assert (feed.as_of, feed.is_complete, feed.totals, feed.problems) == (
        datetime(2026, 11, 20, 22, tzinfo=UTC), True, None, (),
    )  # fmt: skip
    assert [line.status for line in feed.requests] == ["200", "406", "200", "404"]


def test_ndjson_is_taken_when_there_is_more_than_a_page() -> None:
    """RK-2: A listing of several pages is read as NDJSON, with the first page's as_of, which is no later."""

    def participants(asked: Asked) -> Answer:
        if "ndjson" in asked.headers["accept"]:
            assert "limit" not in asked.query
            return lines(person("A"), person("B"), person("C"))
        return page(person("A"), following="2")

    with recordkeeper_that(answers_by(participants)) as recordkeeper:
        feeds, people = read(recordkeeper.connector())
        assert people["participant_id"].to_list() == ["A", "B", "C"]
        read(recordkeeper.connector(ndjson="never"), PLAN)
    assert feeds[1].as_of == datetime(2026, 11, 20, 22, tzinfo=UTC)
    assert [asked.headers["accept"] for asked in recordkeeper.asked].count("application/x-ndjson") == 1


@pytest.mark.parametrize("end", [False, 3, 1])
def test_truncated_ndjson_is_read_again(end: object) -> None:
    """RK-2: NDJSON without an end line, or with another count, is a broken body: nobody of it is taken twice."""
    bodies = [lines(person("A"), person("B")), lines(person("A"), person("B"), end=end)]

    def participants(asked: Asked) -> Answer:
        return bodies.pop() if "ndjson" in asked.headers["accept"] else page(person("A"), following="2")

    with recordkeeper_that(answers_by(participants)) as recordkeeper:
        feeds, people = read(recordkeeper.connector())
    assert (people["participant_id"].to_list(), codes(feeds[1])) == (["A", "B"], [])


def test_lasting_truncation_refuses_the_plan_only() -> None:
    """RK-2: NDJSON that never has its end line is RK_BAD_RESPONSE for its plan; the other plan is read."""

    def participants(asked: Asked) -> Answer:
        if asked.path.startswith("/v1/plans/901"):
            return page(person("X"))
        return (
            lines(person("A"), end=False) if "ndjson" in asked.headers["accept"] else page(person("A"), following="2")
        )

    with recordkeeper_that(answers_by(participants)) as recordkeeper:
        feeds, people = read(recordkeeper.connector(), PLAN, WantedPlan(2, "901"))
    assert (codes(feeds[1]), codes(feeds[2])) == (["RK_BAD_RESPONSE"], [])
    assert people["participant_id"].to_list() == ["X"]


@pytest.mark.parametrize("gone", [Answer(status=410), page(person("B"), snapshot="s2")])
def test_listing_begins_again_when_its_snapshot_expires(gone: Answer) -> None:
    """RK-2: 410, or a page of another snapshot, starts the listing again from its beginning."""
    second_pages = [page(person("B")), gone]

    def participants(asked: Asked) -> Answer:
        return second_pages.pop() if "cursor" in asked.query else page(person("A"), following="2")

    with recordkeeper_that(answers_by(participants)) as recordkeeper:
        feeds, people = read(recordkeeper.connector(ndjson="never"))
    assert (people["participant_id"].to_list(), codes(feeds[1])) == (["A", "B"], [])


def test_snapshot_that_always_expires_is_given_up() -> None:
    """RK-2: A listing begins again three times at most: RK_SNAPSHOT_EXPIRED."""

    def participants(asked: Asked) -> Answer:
        return Answer(status=410) if "cursor" in asked.query else page(person("A"), following="2")

    with recordkeeper_that(answers_by(participants)) as recordkeeper:
        feeds, _ = read(recordkeeper.connector(ndjson="never"))
    assert (codes(feeds[1]), len(recordkeeper.asked)) == (["RK_SNAPSHOT_EXPIRED"], 8)


def test_endless_pages_are_given_up() -> None:
    """RK-2: A cursor that comes twice is RK_BAD_RESPONSE."""
    endless = answers_by(lambda _: page(person("A"), following="2"))
    with recordkeeper_that(endless) as recordkeeper:
        feeds, _ = read(recordkeeper.connector(ndjson="never"))
    assert codes(feeds[1]) == ["RK_BAD_RESPONSE"]


def test_repeats_count_once_unless_they_differ() -> None:
    """RK-2: The same content twice counts once, whatever its key order; other content is passed on."""
    reordered = {"first_name": "Ada", "participant_id": "A", "middle_name": None}
    other = person("A", last_name="Byron")

    def participants(asked: Asked) -> Answer:
        return page(reordered, other, person("B")) if "cursor" in asked.query else page(person("A"), following="2")

    with recordkeeper_that(answers_by(participants)) as recordkeeper:
        _, people = read(recordkeeper.connector(ndjson="never"))
    assert people.select("participant_id", "last_name").rows() == [("A", None), ("A", "Byron"), ("B", None)]


@pytest.mark.parametrize("is_ndjson", [False, True])
def test_changes_since_a_time_are_no_complete_listing(is_ndjson: bool) -> None:
    """PT-7: changed_since is asked for; whoever is deleted is named, and who is merely missing is not gone."""
    changes = (person("A"), {"participant_id": "Z", "deleted": True}, {"participant_id": "A", "deleted": True})
    since = datetime(2026, 11, 19, 17, tzinfo=UTC) + timedelta(microseconds=5)

    def participants(asked: Asked) -> Answer:
        assert asked.query["changed_since"] == "2026-11-19T17:00:00.000005Z"
        if "ndjson" in asked.headers["accept"]:
            return lines(*changes)
        return page(*changes, following="2") if is_ndjson else page(*changes)

    with recordkeeper_that(answers_by(participants)) as recordkeeper:
        feeds, people = read(recordkeeper.connector(), WantedPlan(1, "900", changed_since=since))
    assert (feeds[1].is_complete, feeds[1].deleted, people["participant_id"].to_list()) == (False, ("Z",), ["A"])


def test_selected_people_are_asked_for_one_by_one() -> None:
    """PT-9: Only those named are read, even from a recordkeeper that sends others too; who is not there is named."""
    wanted = WantedPlan(1, "900", participants=("A", "N", "M"))

    def participants(asked: Asked) -> Answer:
        if asked.query["participant_id"] == "M":
            return Answer('{"code": "PARTICIPANT_NOT_FOUND"}', status=404)
        return page(person("A"), person("B"))

    with recordkeeper_that(answers_by(participants)) as recordkeeper:
        feeds, people = read(recordkeeper.connector(), wanted)
    assert people["participant_id"].to_list() == ["A"]
    missing = [(problem.code, problem.participant_id) for problem in feeds[1].problems]
    assert missing == [("PARTICIPANT_NOT_FOUND", "N"), ("PARTICIPANT_NOT_FOUND", "M")]
    assert (feeds[1].is_complete, feeds[1].totals) == (False, None)
    assert not any(path.endswith("/totals") for path in recordkeeper.paths())


def test_control_totals_are_exact() -> None:
    """PT-5: Control totals are those of the listing's snapshot, exact also when they are sent as numbers."""
    body = """{"snapshot": "s1", "participants": 1, "market_value": 18220411.07, "by_source": [{"source": "PRE",
        "market_value": "11020100.00"}], "by_fund": [{"fund": "TD45", "units": 98012.110200, "market_value": 0.10}]}"""
    with recordkeeper_that(answers_by(lambda _: page(person("A")), Answer(body))) as recordkeeper:
        feeds, _ = read(recordkeeper.connector())
    assert recordkeeper.asked[-1].query == {"snapshot": "s1"}
    assert feeds[1].totals == ControlTotals(
        1, Decimal("18220411.07"), {"PRE": Decimal("11020100.00")}, {"TD45": (Decimal("98012.110200"), Decimal("0.10"))}
    )


@pytest.mark.parametrize(
    "body",
    [
        '{"participants": 1}',
        '{"participants": 1, "market_value": "many"}',
        '{"participants": 1, "market_value": "NaN"}',
    ],
)
def test_totals_that_are_none_refuse_the_plan(body: str) -> None:
    """PT-5: Control totals that do not parse prove nothing: RK_BAD_RESPONSE."""
    with recordkeeper_that(answers_by(lambda _: page(person("A")), Answer(body))) as recordkeeper:
        feeds, _ = read(recordkeeper.connector())
    assert codes(feeds[1]) == ["RK_BAD_RESPONSE"]


def test_unknown_plan_is_named() -> None:
    """RK-2: 404 for a plan's people is PLAN_NOT_FOUND."""
    with recordkeeper_that(lambda _: MISSING) as recordkeeper:
        feeds, _ = read(recordkeeper.connector())
    assert codes(feeds[1]) == ["PLAN_NOT_FOUND"]


def test_without_as_of_the_next_reading_overlaps() -> None:
    """PT-7: When the recordkeeper names no as_of, one before its own and our clock is taken."""
    earlier = datetime.now(UTC) - timedelta(minutes=4)
    with recordkeeper_that(answers_by(lambda _: page(person("A"), as_of=None))) as recordkeeper:
        feeds, _ = read(recordkeeper.connector())
    assert feeds[1].as_of is not None
    assert feeds[1].as_of < earlier


def test_large_plan_comes_alone_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """RK-2: A plan beyond the size of a group is a group of its own; its differing repeats stay in one part."""
    monkeypatch.setattr("planbridge.recordkeepers.rest.GROUP_PEOPLE_MAX", 3)
    monkeypatch.setattr("planbridge.recordkeepers.rest.PART_PEOPLE_MAX", 3)
    monkeypatch.setattr("planbridge.recordkeepers.rest_spool.MEMORY_BYTES_MAX", 100)
    many = [person("A"), person("B"), person("C"), person("D"), person("C", last_name="Other")]

    def participants(asked: Asked) -> Answer:
        return page(*many) if asked.path.startswith("/v1/plans/900/") else page(person("X"))

    with recordkeeper_that(answers_by(participants)) as recordkeeper:
        wanted = (PLAN, WantedPlan(2, "901"), WantedPlan(3, "902"))
        groups = list(recordkeeper.connector().read_people(wanted))
        read_groups = {
            tuple(sorted(feed.wanted.plan_id for feed in group.feeds)): [
                part.numbered(None).people["participant_id"].to_list() for part in group.parts
            ]
            for group in groups
        }
    assert read_groups == {(1,): [["A", "B", "C", "C"], ["D"]], (2, 3): [["X", "X"]]}
