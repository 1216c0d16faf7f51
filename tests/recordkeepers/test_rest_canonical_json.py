"""Participant documents become text frames: exact, whatever their spelling, and one bad document stops no other."""

import json
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbridge.recordkeepers.delivered import ITEM_COLUMNS, PEOPLE_COLUMNS, DeliveredPart
from planbridge.recordkeepers.formats.canonical_json import LINES_AT_ONCE, people_from_lines

ZOE = {
    "participant_id": "P-0007",
    "ssn": "900-11-0001",
    "first_name": "Zoë",
    "middle_name": None,
    "last_name": "O'Neil",
    "email": "",
    "address": {
        "line1": '12 "Alder" Ct',
        "line2": None,
        "city": "Topeka",
        "state": "KS",
        "zip": "66603",
        "country": "US",
    },
    "employment": [
        {"hire_date": "2010-06-14", "termination_date": "2015-01-31"},
        {"hire_date": "2017-03-01", "termination_date": None},
    ],
    "annual_compensation": "76923.10",
    "balances": [{"source": "PRE", "fund": "TD45", "units": "1234.567800", "price": "18.4210"}],
    "loans": [],
}
ADA = {"participant_id": "P-0008", "first_name": "Ada"}


def part_of(*documents: object) -> DeliveredPart:
    """The part of documents given as values, JSON text or bytes."""
    lines = [
        line if isinstance(line, bytes) else line.encode() if isinstance(line, str) else json.dumps(line).encode()
        for line in documents
    ]
    return people_from_lines(lines, plan_ids=["900"] * len(lines))


def ids(part: DeliveredPart) -> list[str | None]:
    """The participant ids of a part, in order."""
    return part.people["participant_id"].to_list()


def test_document_becomes_frames() -> None:
    """RK-2: Each field stands in its column as delivered, the address flat, each list in a frame of its own."""
    part = part_of(ADA, ZOE)
    assert part.people.columns == ["record", *PEOPLE_COLUMNS]
    zoe = part.people.row(1, named=True)
    shown = ("plan_id", "first_name", "email", "address_line1", "country", "middle_name")
    assert [zoe[name] for name in shown] == ["900", "Zoë", "", '12 "Alder" Ct', "US", None]
    assert part.items["employment"].rows() == [(1, "2010-06-14", "2015-01-31"), (1, "2017-03-01", None)]
    assert part.items["balances"].rows() == [(1, "PRE", "TD45", "1234.567800", "18.4210", None, None)]
    assert part.items["loans"].rows() == []
    assert set(part.items) == {"employment", "balances", "loans"}
    assert {name: frame.columns[1:] for name, frame in part.items.items()} == {
        name: list(ITEM_COLUMNS[name]) for name in part.items
    }
    assert (part.unknown_fields, part.malformed, part.orphans.height) == ((), None, 0)


def test_documents_may_name_their_plan() -> None:
    """RK-3: In an extract each document has its plan_id."""
    part = people_from_lines(pl.Series([b'{"plan_id": "1", "participant_id": "A"}\n']), plan_ids=None)
    assert part.people.select("plan_id", "participant_id").rows() == [("1", "A")]


def test_nobody_is_an_empty_part() -> None:
    """RK-2: No document gives no person and no table."""
    part = people_from_lines([], plan_ids=[])
    assert (part.people.height, part.people.columns, part.items) == (0, ["record", *PEOPLE_COLUMNS], {})


@pytest.mark.parametrize(
    "literal",
    [
        "0.10",
        "1234.567800",
        "-0.00",
        "12345678901234567890.123456789012",
        "1e3",
        "1.5E-7",
        "7",
        "123456789012345678901234567890",
    ],
)
@pytest.mark.parametrize("spelling", ['"units":{}', '"units": {}', '"units" :\n\t{} ', '"price":"1","units":{}'])
def test_bare_numbers_keep_every_digit(literal: str, spelling: str) -> None:
    """RK-2: A JSON number reads as its own digits, never as a float's."""
    part = part_of('{"participant_id": "A", "balances": [{%s}]}' % spelling.format(literal), ADA)
    assert part.items["balances"]["units"].to_list() == [literal]
    assert part.malformed is None


def test_text_that_looks_like_a_number_field_is_left_alone() -> None:
    """RK-2: Quotes and colons within a text are text, not fields."""
    tricky = 'x","units":5,"y":"'
    for first_name in (tricky, ":5", 'a":5', '\\":1.10,', 'true":true', '{"units": 1.10}', "\\u0041", "😀"):
        part = part_of({"participant_id": "A", "first_name": first_name, "hours_ytd": 1.5})
        assert (part.people["first_name"].to_list(), part.people["hours_ytd"].to_list()) == ([first_name], ["1.5"])
        assert (part.unknown_fields, part.malformed) == ((), None)


@pytest.mark.parametrize(
    ("bad", "participant_id"),
    [
        ({"participant_id": "X", "first_name": ["Ada"]}, "X"),
        ({"participant_id": "X", "first_name": {"a": 1}}, "X"),
        ({"participant_id": "X", "first_name": True}, "X"),
        ({"participant_id": "X", "balances": {}}, "X"),
        ({"participant_id": "X", "balances": [None]}, "X"),
        ({"participant_id": "X", "balances": ["PRE"]}, "X"),
        ({"participant_id": "X", "balances": [{"units": False}]}, "X"),
        ({"participant_id": "X", "address": "12 Alder Ct"}, "X"),
        ({"participant_id": ["X"]}, None),
        ([], None),
        ("null", None),
        ("7", None),
        ("", None),
        ('{"participant_id": "X"', None),
        ('{"participant_id": "X"} {}', None),
        ('{"participant_id": "X"},{"participant_id": "Y"}', None),
        ('{"participant_id": "X", "first_name": "\\ud800"}', None),
        (b'{"participant_id": "X", "first_name": "\xff"}', None),
        ("[" * 100_000, None),
    ],
)
def test_malformed_document_stops_no_other(bad: object, participant_id: str | None) -> None:
    """PT-4: A document that is not built as agreed is put aside with its text; its neighbours are read."""
    part = part_of(ADA, bad, ZOE)
    assert ids(part) == ["P-0008", "P-0007"]
    assert part.items["employment"]["record"].to_list() == [1, 1]
    assert part.malformed is not None
    ((plan_id, named, text),) = part.malformed.rows()
    assert (plan_id, named) == ("900", participant_id)
    assert ("X" in text) == ("X" in str(bad))


def test_broken_lines_do_not_melt_together() -> None:
    """PT-4: Two broken lines that would make one document together are two malformed records."""
    part = part_of('{"participant_id":"X","first_name":"A"', '"last_name":"B"}', ADA)
    assert ids(part) == ["P-0008"]
    assert part.malformed is not None
    assert part.malformed.height == 2


def test_malformed_documents_far_apart_leave_plans_in_step() -> None:
    """PT-4: Plan ids stay with their people when some between them are put aside."""
    lines = [json.dumps({"participant_id": f"P-{number}"}).encode() for number in range(3 * LINES_AT_ONCE)]
    bad = {1, LINES_AT_ONCE + 5, 3 * LINES_AT_ONCE - 1}
    for number in bad:
        lines[number] = b'{"participant_id": true}'
    part = people_from_lines(lines, plan_ids=[f"plan-{number}" for number in range(len(lines))])
    expected = [(f"plan-{number}", f"P-{number}") for number in range(len(lines)) if number not in bad]
    assert part.people.select("plan_id", "participant_id").rows() == expected
    assert part.people["record"].to_list() == list(range(len(expected)))


def test_unknown_fields_are_named_at_their_depth() -> None:
    """RK-2: Fields that the contract does not know are ignored and named, with and without values, at any depth."""
    strange: dict[str, object] = {**ZOE, "shoe_size": 43, "name": "Zoë", "address": {"city": "Topeka", "planet": None}}
    strange["balances"] = [{"source": "PRE", "fund": "X", "nested": {"units": [1, 2]}, "is_vested": True}]
    part = part_of(ADA, strange)
    assert part.unknown_fields == ("address.planet", "balances.is_vested", "balances.nested", "name", "shoe_size")
    assert ids(part) == ["P-0008", "P-0007"]


def test_unknown_field_of_one_late_document_is_named() -> None:
    """RK-2: Also a field that only one of many documents has is found."""
    lines = [json.dumps(ZOE).encode()] * (2 * LINES_AT_ONCE) + [json.dumps({**ADA, "shoe_size": 43}).encode()]
    assert people_from_lines(lines, plan_ids=["900"] * len(lines)).unknown_fields == ("shoe_size",)


texts = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(texts, texts, numbers, st.booleans()), min_size=1, max_size=5), st.sampled_from([None, 1]))
def test_any_text_and_number_comes_back(
    people: list[tuple[str | None, str | None, Decimal, bool]], indent: int | None
) -> None:
    """RK-2: Whatever text and numbers a document holds and however it is indented, the frames hold the same."""
    lines = []
    for first_name, city, number, is_text in people:
        shown = json.dumps(str(number)) if is_text else str(number)
        document = json.dumps({"first_name": first_name, "address": {"city": city}, "balances": []}, indent=indent)
        lines.append(document.replace('"balances": []', '"balances": [{"units": %s}]' % shown).encode())
    part = people_from_lines(lines, plan_ids=["900"] * len(lines))
    assert part.malformed is None
    assert part.people.select("first_name", "city").rows() == [(name, city) for name, city, _, _ in people]
    assert part.items["balances"]["units"].to_list() == [str(number) for _, _, number, _ in people]
