"""The rate step: number boxes by source, the limits, an explicit stop, and what a paycheck and the match become."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from planbridge.enrollment.answered import elections_of
from planbridge.enrollment.objection import Objection
from planbridge.enrollment.rate_step import RateForm
from planbridge.enrollment.saver import Rate
from planbridge.enrollment.wishes import Elections, wishes_of
from tests.enrollment.visits import HELD, SAVER, newcomer, visit


def form(one: Any = None, **typed: str) -> RateForm:
    """The form with numbers typed by source, in percent of pay unless the number begins with a dollar sign."""
    data = {}
    for source, number in typed.items():
        data[f"rate:{source}"] = number
        data[f"unit:{source}"] = "amount" if number.startswith("$") else "percent"
    return RateForm(one or visit(), data)


def test_a_rate_is_an_answer() -> None:
    """EN-1: percent and dollars are kept by source, exactly; an empty box of a source without a rate is no answer."""
    chosen = form(PRE="6.5 %", ROTH="$50")
    assert chosen.is_valid(), chosen.errors
    assert chosen.answer() == {"rates": {"PRE": {"percent": "6.5"}, "ROTH": {"amount": "50"}}}
    alone = form(PRE="6.5", ROTH="")
    assert alone.is_valid()
    assert alone.answer() == {"rates": {"PRE": {"percent": "6.5"}}}


def test_what_is_held_is_shown_at_first() -> None:
    """EN-1: the boxes begin with the rates held, and with the ones answered before where there are any."""
    assert RateForm(visit())["rate:PRE"].value() == "3"
    again = RateForm(visit({"rate": {"rates": {"PRE": {"amount": "75"}}}}))
    assert (again["rate:PRE"].value(), again["unit:PRE"].value()) == ("75", "amount")


def test_an_unchanged_rate_makes_no_wish() -> None:
    """EN-1: the same rate again, written otherwise, is no change."""
    same = form(PRE="3.00")
    assert same.is_valid()
    asked = elections_of(visit({"rate": same.answer()}))
    assert wishes_of(asked, HELD.elections) == []


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"PRE": "0.5"}, "rate:PRE", "Your plan's smallest rate is 1 %"),
        ({"PRE": "81"}, "__all__", "The most your plan allows is 80 %"),
        ({"PRE": "60"}, "__all__", "The most the law allows you in 2026 is $24,500"),
        ({"PRE": "many"}, "rate:PRE", "Type a number"),
        ({"PRE": ""}, "rate:PRE", "Type 0 to stop saving in Employee pre-tax."),
    ],
)
def test_a_rate_that_may_not_be(typed: dict[str, str], field: str, words: str) -> None:
    """EN-3: a rate that the plan or the law does not allow is refused at its box, with the limit and what to do."""
    # Without year-to-date amounts the rates count for the whole year.
    wrong = form(visit(saver=replace(SAVER, year_to_date_usd=None)), **typed)
    assert not wrong.is_valid()
    assert any(words in one for one in wrong.errors[field])


def test_nothing_typed_is_not_zero() -> None:
    """EN-3: whoever has no rate and types none is asked; nobody is put at 0 % by an empty box."""
    empty = form(newcomer(), PRE="", ROTH="")
    assert not empty.is_valid()
    assert empty.errors["rate:PRE"] == ["Type how much you want to save, or 0 to save nothing."]


def test_zero_everywhere_is_asked_about() -> None:
    """EN-2: 0 % is a stop: it is said so and taken once it is meant; one source at 0 % is no stop."""
    asked = form(PRE="0")
    assert not asked.is_valid()
    assert list(asked.errors) == ["is_stop"]
    assert asked.said()["is_stopping"]
    meant = RateForm(visit(), {"rate:PRE": "0", "unit:PRE": "percent", "is_stop": "on"})
    assert meant.is_valid()
    assert meant.answer() == {"rates": {"PRE": {"percent": "0"}}}
    assert form(PRE="0", ROTH="5").is_valid()
    stopped = visit(elections=Elections(rates={"PRE": Rate(percent=Decimal(0))}))
    assert form(stopped, PRE="0").is_valid()


def test_what_a_paycheck_becomes() -> None:
    """EN-1: at 6 % of $2,000 a paycheck $120 go in, at 12 % tax $105.60 less is taken home, the employer adds $100."""
    said = form(PRE="6").said()
    assert said["pay"]["less"] == "$105.60"
    assert said["pay"]["change"] == "$52.80"
    assert said["match"] == {
        "each": "$100",
        "year": "$2,600",
        "left": "",
        "full_percent": "5 %",
        "is_nothing": False,
        "captured_share": 100,
    }
    less = form(PRE="2").said()
    assert less["match"]["left"] == "$1,560"
    roth = RateForm(visit(), {"rate:PRE": "0", "rate:ROTH": "6", "tax_percent": "22"}).said()
    assert (roth["pay"]["less"], roth["pay"]["tax_saved"]) == ("$120", "")
    taxed = RateForm(visit(), {"rate:PRE": "6", "tax_percent": "22"})
    assert taxed.said()["pay"]["less"] == "$93.60"
    assert taxed.is_valid()
    assert taxed.answer()["tax_percent"] == "22"


def test_it_is_said_of_incomplete_input() -> None:
    """EN-1: while somebody types, what can be read so far is said and nothing fails."""
    assert form(PRE="6.").said()["pay"]["saved"] == "$120"
    assert form(PRE="x", ROTH="").said()["pay"]["saved"] == "$60"  # as held
    assert form(newcomer(saver=replace(SAVER, annual_pay_usd=None)), PRE="6").said()["pay"]["is_known"] is False


def test_catch_up_sources_are_for_those_who_may() -> None:
    """EN-3: a catch-up source is asked for from the year in which somebody becomes 50, and not before."""
    assert [one.source.source for one in RateForm(visit()).boxes()] == ["PRE", "ROTH"]
    older = visit(saver=replace(SAVER, birth_date=date(1976, 12, 31)))
    boxes = RateForm(older).boxes()
    assert [(one.source.source, one.is_catch_up) for one in boxes][-1] == ("CATCH", True)
    assert RateForm(older).said()["room"]["most"] == "$32,500"


def test_a_year_without_limits_takes_no_rate() -> None:
    """EN-3: without the limits of the year a change of rates is refused."""
    unknown = visit(limits=Objection("LIMIT_YEAR_UNKNOWN", "No limits for %(year)s.", {"year": "2031"}))
    wrong = form(unknown, PRE="5")
    assert not wrong.is_valid()
    assert wrong.non_field_errors() == ["No limits for 2031."]
