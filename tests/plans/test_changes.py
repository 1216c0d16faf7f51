"""What differs between lineups and between plans: nothing missed, nothing invented."""

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from planbridge.plans.changes import (
    FUND_ATTRIBUTES,
    STATUS_KINDS,
    ChangeKind,
    FieldChange,
    LineupChange,
    field_changes,
    lineup_changes,
    lineup_digest,
)
from planbridge.plans.document import read_document
from planbridge.plans.terms import DefaultFund, Fund, FundStatus, Lineup, PlanTerms

TEXTS = st.sampled_from(["", "A", "B"])
YEARS = st.none() | st.integers(2040, 2042)


@st.composite
def lineups(draw: st.DrawFn) -> Lineup:
    """Small lineups, so that two of them often share funds and differ in little."""
    codes = draw(st.lists(st.sampled_from(["F1", "F2", "F3"]), unique=True))
    numbers = st.none() | st.sampled_from([Decimal("0.1"), Decimal("0.10"), Decimal(0)])
    funds = [
        Fund(
            code,
            draw(TEXTS),
            draw(TEXTS),
            draw(TEXTS),
            draw(TEXTS),
            draw(numbers),
            draw(st.sampled_from(list(FundStatus))),
            draw(TEXTS),
        )
        for code in codes
    ]
    default = [
        DefaultFund(code, draw(YEARS), draw(YEARS))
        for code in draw(st.lists(st.sampled_from(["F1", "F2"]), max_size=3))
    ]
    return Lineup(tuple(funds), tuple(default))


def counted(lineup: Lineup) -> tuple[dict[str, Fund], list[tuple[str, str, str]]]:
    """What counts of a lineup."""
    default = [(one.fund, str(one.retirement_from), str(one.retirement_to)) for one in lineup.default_investment]
    return {one.fund: one for one in lineup.funds}, sorted(default)


def applied(before: Lineup, after: Lineup, changes: list[LineupChange]) -> Lineup:
    """The lineup before, with only those parts taken from the one after that the changes name."""
    old = {one.fund: one for one in before.funds}
    new = {one.fund: one for one in after.funds}
    default = before.default_investment
    for change in changes:
        if change.kind is ChangeKind.ADDED:
            old[change.fund] = new[change.fund]
        elif change.kind is ChangeKind.REMOVED:
            del old[change.fund]
        elif change.kind is ChangeKind.DEFAULT:
            kept = tuple(one for one in default if one.fund != change.fund)
            default = kept + tuple(one for one in after.default_investment if one.fund == change.fund)
        else:
            names = FUND_ATTRIBUTES.get(change.kind, ("status",))
            values = {name: getattr(new[change.fund], name) for name in names}
            old[change.fund] = replace(old[change.fund], **values)
    return Lineup(tuple(old.values()), default)


@given(before=lineups(), after=lineups())
def test_nothing_is_reported_exactly_when_nothing_differs(before: Lineup, after: Lineup) -> None:
    """PS-9: no change is reported if and only if the lineups are equal in what counts; their digests say the same."""
    is_equal = counted(before) == counted(after)
    assert (lineup_changes(before, after) == []) == is_equal
    assert (lineup_digest(before) == lineup_digest(after)) == is_equal


@given(before=lineups(), after=lineups())
def test_the_changes_cover_every_difference(before: Lineup, after: Lineup) -> None:
    """PS-5: the lineup before, with what the changes name, is the lineup after."""
    assert counted(applied(before, after, lineup_changes(before, after))) == counted(after)


@given(lineup=lineups(), seed=st.integers(0, 99))
def test_order_does_not_count(lineup: Lineup, seed: int) -> None:
    """PS-9: the same funds in another order are no change."""
    funds = random.Random(seed).sample(lineup.funds, len(lineup.funds))
    default = random.Random(seed).sample(lineup.default_investment, len(lineup.default_investment))
    assert lineup_changes(lineup, Lineup(tuple(funds), tuple(default))) == []


def test_each_kind_is_told_in_texts() -> None:
    """PS-5: each kind of change gives the fund and what it was and is."""
    before = Lineup(
        (
            Fund("A", "Alpha", "AAAAX", "", "bond", Decimal("0.10"), "open"),
            Fund("B", "Beta", status="open"),
            Fund("C", "Gamma", status="closed"),
            Fund("D", "Delta", status="open"),
        ),
        (DefaultFund("A", None, 2047), DefaultFund("B", 2048, None)),
    )
    after = Lineup(
        (
            Fund("A", "Alpha Plus", "AAAIX", "99A000014", "stable_value", Decimal("0.05"), "frozen"),
            Fund("B", "Beta", status="closed", mapped_to="E"),
            Fund("C", "Gamma", status="open"),
            Fund("E", "Epsilon", status="open"),
        ),
        (DefaultFund("A", None, 2049), DefaultFund("E", 2050, 2055)),
    )
    told = [(str(one.kind), one.fund, one.before, one.after) for one in lineup_changes(before, after)]
    assert told == [
        ("added", "E", "", "Epsilon"),
        ("removed", "D", "Delta", ""),
        ("frozen", "A", "open", "frozen"),
        ("renamed", "A", "Alpha", "Alpha Plus"),
        ("share_class", "A", "AAAAX", "AAAIX / 99A000014"),
        ("expense", "A", "0.1", "0.05"),
        ("asset_class", "A", "bond", "stable_value"),
        ("closed", "B", "open", "closed"),
        ("mapped", "B", "", "E"),
        ("reopened", "C", "closed", "open"),
        ("default", "A", "until 2047", "until 2049"),
        ("default", "E", "", "2050 to 2055"),
        ("default", "B", "from 2048", ""),
    ]


def test_every_kind_can_be_reported() -> None:
    """No kind of change is without a way to it."""
    others = {ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.DEFAULT}
    assert others | set(FUND_ATTRIBUTES) | set(STATUS_KINDS.values()) == set(ChangeKind)


def test_a_first_lineup_is_all_added() -> None:
    """Without a lineup before, every fund is added."""
    after = Lineup((Fund("A", status="open"),), (DefaultFund("A"),))
    assert [one.kind for one in lineup_changes(None, after)] == [ChangeKind.ADDED, ChangeKind.DEFAULT]


def terms_of(document: dict[str, Any]) -> PlanTerms:
    """The terms of a document that can be read."""
    terms, _ = read_document(document)
    assert terms is not None
    return terms


def test_fields_are_compared_by_their_place(document: dict[str, Any]) -> None:
    """PS-6: each field that differs gives its place, old and new value; prices, revision and as_of are no fields."""
    before = terms_of(document)
    document |= {"revision": "r42", "as_of": "2026-11-23T22:00:00Z", "plan_number": None}
    document["employer"]["ein"] = "00-7654321"
    document["provisions"]["loans"]["maximum"] = 2
    document["provisions"]["auto_enroll"] = None
    document["lineup"]["effective_date"] = "2027-01-01"
    document["lineup"]["funds"][0]["price"] = "77"
    document["contacts"].reverse()
    document["sources"].pop()
    changes = {one.field: one for one in field_changes(before, terms_of(document))}
    sources = changes.pop("sources")
    assert (len(sources.old), len(sources.new)) == (3, 2)
    assert changes == {
        "employer.ein": FieldChange("employer.ein", "00-1234567", "00-7654321"),
        "lineup.effective_date": FieldChange("lineup.effective_date", "2026-07-01", "2027-01-01"),
        "plan_number": FieldChange("plan_number", "001", None),
        "provisions.loans": FieldChange(
            "provisions.loans", {"permitted": True, "maximum": 1}, {"permitted": True, "maximum": 2}
        ),
        "provisions.auto_enroll": FieldChange(
            "provisions.auto_enroll", {"percent": "6", "increase_percent": "1", "cap_percent": "10"}, None
        ),
    }


def test_a_first_document_changes_every_known_field(document: dict[str, Any]) -> None:
    """Before the first document every known field is new, and equal documents differ in none."""
    terms = terms_of(document)
    changes = field_changes(None, terms)
    assert all(one.old is None and one.new is not None for one in changes)
    assert len(changes) == 19
    assert field_changes(terms, terms_of(document)) == []
