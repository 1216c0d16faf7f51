"""The beneficiaries and consent steps: rows, shares, and a spouse who must agree."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from planbridge.enrollment.answered import objections_of, wishes_answered
from planbridge.enrollment.beneficiaries_step import ROWS_MAX, ROWS_READ_MAX, BeneficiariesForm
from planbridge.enrollment.consent_step import ConsentForm, is_consent_needed
from planbridge.enrollment.visit import Visit
from planbridge.enrollment.wishes import Elections
from tests.enrollment.visits import HELD, SPOUSE, TODAY, visit

Row = tuple[str, str, str]
CONSENT = {
    "is_signed": "on",
    "spouse_name": "Noor Example",
    "given_on": "2026-11-20",
    "witness": "notary",
    "witness_name": "Nia Notary",
}


def typed(*primary: Row, contingent: tuple[Row, ...] = (), **values: str) -> dict[str, Any]:
    """What a form posts: rows of name, relationship and share."""
    data: dict[str, Any] = {"primary-rows": str(len(primary)), "contingent-rows": str(len(contingent)), **values}
    for heir_class, rows in (("primary", primary), ("contingent", contingent)):
        for number, row in enumerate(rows):
            names = (f"{heir_class}-{number}-{part}" for part in ("name", "relationship", "percent"))
            data |= dict(zip(names, row, strict=True))
    return data


def form(data: dict[str, Any], **changes: Any) -> BeneficiariesForm:
    """The form with what was posted."""
    return BeneficiariesForm(visit(**changes), data)


def test_beneficiaries_are_an_answer() -> None:
    """EN-4: main and backup beneficiaries of 100 % each are kept; empty rows are left out."""
    chosen = form(
        typed(
            ("Bo", "child", "50"),
            ("Cy", "sibling", "50"),
            ("", "", ""),
            contingent=(("Di", "other", "100"),),
            married="no",
        )
    )
    assert chosen.is_valid(), chosen.errors
    answer = chosen.answer()
    assert [(one["class"], one["name"], one["percent"]) for one in answer["heirs"]] == [
        ("primary", "Bo", "50"),
        ("primary", "Cy", "50"),
        ("contingent", "Di", "100"),
    ]
    found = visit({"beneficiaries": answer})
    assert objections_of(found) == []
    assert [str(one.kind) for one in wishes_answered(found)] == ["beneficiaries"]
    assert BeneficiariesForm(found)["primary-1-name"].value() == "Cy"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (typed(("Bo", "child", "99"), married="no"), "main beneficiaries add up to 99 %"),
        (
            typed(("Bo", "child", "100"), contingent=(("Di", "child", "50"),), married="no"),
            "backup beneficiaries add up",
        ),
        (typed(contingent=(("Di", "child", "100"),), married="no"), "main beneficiaries add up to 0 %"),
        (typed(("Bo", "child", ""), married="no"), "needs a name and a share"),
        (typed(("", "child", "100"), married="no"), "needs a name and a share"),
        (typed(("Bo", "child", "100")), "Choose whether you are married."),
    ],
)
def test_what_is_not_whole_is_refused(data: dict[str, Any], words: str) -> None:
    """EN-4: shares that do not total 100 % a class, a row that lacks something, and an open marriage are refused."""
    wrong = form(data, marital_status=None)
    assert not wrong.is_valid()
    assert words in str(wrong.errors)


def test_nobody_is_no_wish() -> None:
    """EN-4: an empty page asks for nothing."""
    empty = form(typed(("", "", "")), marital_status=None)
    assert empty.is_valid()
    assert wishes_answered(visit({"beneficiaries": empty.answer()})) == []


def test_rows_are_added_and_taken_out_without_script() -> None:
    """EN-1: the buttons add a row or take one out, keep all that was typed, and are no answer yet."""
    rows = typed(("Bo", "child", "50"), ("Cy", "other", "x"), contingent=(("Di", "child", "7"),))
    more = form(rows | {"reshape": "add-primary"})
    assert more.is_redrawn()
    assert [row.name.value() for row in more.groups()[0].rows] == ["Bo", "Cy", None]
    assert "autofocus" in str(more["primary-2-name"])
    less = form(rows | {"reshape": "remove-primary-0"})
    assert [(row.name.value(), row.percent.value()) for row in less.groups()[0].rows] == [("Cy", "x")]
    assert [row.name.value() for row in less.groups()[1].rows] == ["Di"]


@pytest.mark.parametrize("reshape", ["remove-primary-9", "remove-primary-x", "add-nobody", "nonsense", "remove-"])
def test_a_button_that_was_made_up_changes_nothing(reshape: str) -> None:
    """EN-1: a button value that no page has leaves the rows as they are."""
    same = form(typed(("Bo", "child", "50")) | {"reshape": reshape})
    assert [row.name.value() for row in same.groups()[0].rows] == ["Bo"]


def test_there_is_an_end_of_rows() -> None:
    """EN-1: no more rows than there may be, whatever is posted."""
    many = form(typed() | {"primary-rows": "999999999999"})
    assert len(many.groups()[0].rows) == ROWS_READ_MAX
    assert many.groups()[0].add == ""
    full = form(typed() | {"primary-rows": str(ROWS_MAX), "reshape": "add-primary"})
    assert len(full.groups()[0].rows) == ROWS_MAX


def test_what_the_records_say_of_marriage_stands() -> None:
    """EN-4: whoever is married by the plan's records is not asked and cannot say otherwise; others can say that they are."""
    child = typed(("Bo", "child", "100"))
    married = form(child | {"married": "no"}, marital_status="married")
    assert "married" not in married.fields
    assert married.is_valid()
    assert married.said()["needs_consent"]
    assert form(child | {"married": "yes"}, marital_status="single").said()["needs_consent"]
    assert not form(child | {"married": "no"}, marital_status="single").said()["needs_consent"]


def naming_bo(consent: dict[str, Any] | None = None, **changes: Any) -> Visit:
    """Somebody married who named Bo."""
    chosen = form(typed(("Bo", "child", "100")), marital_status="married")
    assert chosen.is_valid()
    answers = {"beneficiaries": chosen.answer()} | ({"consent": consent} if consent else {})
    return visit(answers, **{"marital_status": "married", **changes})


def test_a_spouse_left_out_must_agree() -> None:
    """EN-4: without the spouse's consent the answers cannot be confirmed; with it, given before a witness, they can."""
    lacking = naming_bo()
    assert is_consent_needed(lacking)
    assert [(one.slug, one.objection.code) for one in objections_of(lacking)] == [("consent", "CONSENT_MISSING")]
    consent = ConsentForm(lacking, CONSENT)
    assert consent.is_valid(), consent.errors
    assert consent.said()["heirs"] == [("Bo", "100 %")]
    agreed = naming_bo(consent.answer())
    assert objections_of(agreed) == []
    assert ConsentForm(agreed)["spouse_name"].value() == "Noor Example"


def test_consent_is_to_these_beneficiaries() -> None:
    """EN-4: a consent that was given to others, or to other shares, counts for nothing."""
    given = ConsentForm(naming_bo(), CONSENT)
    assert given.is_valid()
    other = given.answer() | {"to": [["Cy", "100"]]}
    assert [one.objection.code for one in objections_of(naming_bo(other))] == ["CONSENT_MISSING"]
    assert ConsentForm(naming_bo(other))["spouse_name"].value() is None


@pytest.mark.parametrize(
    "changed",
    [
        {"is_signed": ""},
        {"spouse_name": " "},
        {"given_on": (TODAY + timedelta(days=1)).isoformat()},
        {"given_on": "last week"},
        {"witness": "me"},
        {"witness_name": "noor example"},
    ],
)
def test_a_consent_that_lacks_something(changed: dict[str, str]) -> None:
    """EN-4: a consent needs the spouse's name, a day that has come, and another person who saw it."""
    assert not ConsentForm(naming_bo(), CONSENT | changed).is_valid()


def test_beneficiaries_held_are_not_asked_about_again() -> None:
    """EN-4: whoever leaves the beneficiaries as they are needs no consent for them once more."""
    held = Elections(rates=HELD.elections.rates, heirs=(replace(SPOUSE, name="Bo", relationship="child"),))
    one = naming_bo(elections=held)
    assert not is_consent_needed(one)
    assert objections_of(one) == []
    assert wishes_answered(one) == []


def test_a_spouse_alone_needs_no_consent() -> None:
    """EN-4: the spouse as the only main beneficiary needs none; nor does anybody where the plan asks for none."""
    spouse = form(typed(("Noor Example", "spouse", "100")), marital_status="married")
    assert spouse.is_valid()
    assert not is_consent_needed(visit({"beneficiaries": spouse.answer()}, marital_status="married"))
    assert not is_consent_needed(naming_bo(provisions={"spousal_consent": False}))
