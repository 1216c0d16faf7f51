"""Elections: totals of 100 %, open funds, beneficiaries and the spouse's consent; and the wishes they become."""

from datetime import date
from decimal import Decimal

import pytest

from planbridge.enrollment.elections import (
    Consent,
    Heir,
    HeirClass,
    check_allocation,
    check_heirs,
    needs_consent,
)
from planbridge.enrollment.objection import Objection
from planbridge.enrollment.wishes import Elections, wishes_of
from planbridge.sync.submission_wish import Wish, WishKind
from tests.enrollment.savers import amount, percent

OPEN = {"TD45", "EQ3", "STBL"}
NAMES = {"PRE": "Employee pre-tax", "TD45": "Target 2045 Fund", "OLD": "Old Fund"}
CONSENT = Consent("Noor Example", "Nia Notary", date(2026, 11, 20))


def shares(**percents: str) -> dict[str, Decimal]:
    """A split over funds."""
    return {fund: Decimal(number) for fund, number in percents.items()}


def heir(number: str, relationship: str | None = "spouse", *, name: str = "Noor", contingent: bool = False) -> Heir:
    """A beneficiary with a share."""
    heir_class = HeirClass.CONTINGENT if contingent else HeirClass.PRIMARY
    return Heir(heir_class, name, relationship, Decimal(number))


def judged(heirs: list[Heir], marital: str | None = "single", consent: Consent | None = None) -> list[Objection]:
    """What stands against beneficiaries in a plan that asks for consent."""
    return check_heirs(heirs, marital_status=marital, provisions={"spousal_consent": True}, consent=consent)


@pytest.mark.parametrize(
    ("allocation", "expected"),
    [
        (shares(TD45="100"), []),
        (shares(TD45="33.33", EQ3="33.33", STBL="33.34"), []),
        (shares(TD45="100", OLD="0"), []),
        (shares(TD45="99.99"), ["ALLOCATION_NOT_100"]),
        (shares(TD45="100", EQ3="0.01"), ["ALLOCATION_NOT_100"]),
        (shares(), ["ALLOCATION_NOT_100"]),
        (shares(TD45="150", EQ3="-50"), ["ALLOCATION_NOT_100"] * 2),
        (shares(TD45="NaN"), ["ALLOCATION_NOT_100"]),
        (shares(TD45="99." + "9" * 40), ["ALLOCATION_NOT_100"]),
        (shares(TD45="50", OLD="50"), ["FUND_NOT_OPEN"]),
        (shares(TD45="50", OLD="40"), ["FUND_NOT_OPEN", "ALLOCATION_NOT_100"]),
    ],
)
def test_allocation_of_a_source(allocation: dict[str, Decimal], expected: list[str]) -> None:
    """EN-4: a source's split totals exactly 100 %, has no share below 0 and only funds that take money."""
    found = check_allocation("PRE", allocation, OPEN, NAMES)
    assert [one.code for one in found] == expected
    assert {one.source for one in found} <= {"PRE"}


def test_allocation_messages() -> None:
    """EN-4: the message names the source or fund as the person knows it, and what the shares add up to."""
    first, second = check_allocation("PRE", shares(TD45="50", OLD="40.5"), OPEN, NAMES)
    assert first.message == "Old Fund does not take new money. Choose another fund."
    assert second.message == ("Your choices for Employee pre-tax add up to 90.5 %. They must add up to exactly 100 %.")


@pytest.mark.parametrize(
    ("heirs", "expected"),
    [
        ([], []),
        ([heir("100")], []),
        ([heir("50"), heir("50", "child", name="Io")], []),
        ([heir("99.99")], ["BENEFICIARY_NOT_100"]),
        ([heir("100"), heir("33.33", contingent=True), heir("66.67", name="Uma", contingent=True)], []),
        ([heir("100"), heir("50", contingent=True)], ["BENEFICIARY_NOT_100"]),
        ([heir("60"), heir("50", contingent=True)], ["BENEFICIARY_NOT_100"] * 2),
        ([heir("100", contingent=True)], ["BENEFICIARY_NOT_100"]),  # nobody comes first
        ([heir("100", name=" ")], ["BENEFICIARY_INCOMPLETE"]),
        ([heir("100"), heir("0", name="Io")], ["BENEFICIARY_INCOMPLETE"]),
        ([heir("-50"), heir("150", name="Io")], ["BENEFICIARY_INCOMPLETE"]),
    ],
)
def test_beneficiaries_of_a_class(heirs: list[Heir], expected: list[str]) -> None:
    """EN-4: main beneficiaries total 100 %, and backup ones total 100 %; each has a name and a share."""
    assert [one.code for one in judged(heirs)] == expected


@pytest.mark.parametrize(
    ("heirs", "marital", "is_needed"),
    [
        ([heir("100")], "married", False),
        ([heir("100", "child")], "married", True),
        ([heir("50"), heir("50", "child")], "married", True),
        ([heir("100", "child")], "separated", True),
        ([heir("100", "child")], "single", False),
        ([heir("100", "child")], "widowed", False),
        ([heir("100"), heir("100", "child", contingent=True)], "married", False),
        ([heir("100", None)], "married", True),
        ([], "married", False),
    ],
)
def test_when_the_spouse_must_agree(heirs: list[Heir], marital: str, *, is_needed: bool) -> None:
    """EN-4: a married person who names another main beneficiary needs the spouse's consent, and then it is enough."""
    assert [one.code for one in judged(heirs, marital)] == ["CONSENT_MISSING"] * is_needed
    assert judged(heirs, marital, CONSENT) == []


def test_consent_is_the_plans_rule() -> None:
    """EN-4: a plan that says it asks no consent is believed, and one that says nothing asks for it."""
    for provisions, is_needed in (({"spousal_consent": False}, False), ({}, True), ({"spousal_consent": None}, True)):
        assert needs_consent([heir("100", "child")], marital_status="married", provisions=provisions) is is_needed


def test_only_what_differs_is_wished() -> None:
    """EN-1: answers that repeat what is held, in other words or another order, ask for nothing."""
    held = Elections(
        rates={"PRE": percent("6"), "ROTH": amount("50.00")},
        allocations={"PRE": shares(TD45="40", EQ3="60")},
        heirs=(heir("50"), heir("50", "child", name="Io")),
    )
    same = Elections(
        rates={"PRE": percent("6.00"), "ROTH": amount("50")},
        allocations={"PRE": shares(EQ3="60.0", TD45="40", STBL="0")},
        heirs=(heir("50.0", "child", name="Io"), heir("50")),
    )
    assert wishes_of(same, held) == []
    assert wishes_of(Elections(), held) == []


def test_one_wish_for_each_change() -> None:
    """EN-1: each change is one wish: rates, allocations and transfers by source, all beneficiaries together."""
    held = Elections(
        rates={"PRE": percent("6"), "ROTH": amount("50")}, allocations={"PRE": shares(TD45="100")}, heirs=(heir("100"),)
    )
    answered = Elections(
        rates={"PRE": percent("7.50"), "ROTH": percent("50")},
        allocations={"PRE": shares(EQ3="40", TD45="60"), "ROTH": shares(TD45="100")},
        transfers={"PRE": shares(STBL="100")},
        heirs=(heir("100", "child", name="Io"),),
    )
    assert [(one.kind.value, one.source, one.content) for one in wishes_of(answered, held)] == [
        ("contribution_rate", "PRE", {"percent": "7.5"}),
        ("contribution_rate", "ROTH", {"percent": "50"}),
        ("allocation", "PRE", {"allocations": [{"fund": "EQ3", "percent": "40"}, {"fund": "TD45", "percent": "60"}]}),
        ("allocation", "ROTH", {"allocations": [{"fund": "TD45", "percent": "100"}]}),
        ("balance_transfer", "PRE", {"allocations": [{"fund": "STBL", "percent": "100"}]}),
        (
            "beneficiaries",
            "",
            {"beneficiaries": [{"class": "primary", "name": "Io", "relationship": "child", "percent": "100"}]},
        ),
    ]


def test_a_rate_of_0_is_not_no_rate() -> None:
    """EN-1: 0 % where no rate is known is a wish, and 0 % where it is 0 % already is none."""
    stop = Elections(rates={"PRE": percent("0")})
    assert [one.content for one in wishes_of(stop, Elections())] == [{"percent": "0"}]
    assert wishes_of(stop, Elections(rates={"PRE": percent("0.00")})) == []


def test_opting_out() -> None:
    """EN-2: whoever does not want to enroll asks for that alone, and for nothing once all rates are 0."""
    out = Elections(rates={"PRE": percent("6")}, heirs=(heir("100"),), is_opted_out=True)
    opted_out = [Wish(WishKind.OPT_OUT)]
    assert wishes_of(out, Elections()) == opted_out
    assert wishes_of(out, Elections(rates={"PRE": percent("3"), "ROTH": percent("0")})) == opted_out
    assert wishes_of(out, Elections(rates={"PRE": percent("0"), "ROTH": amount("0")})) == []
