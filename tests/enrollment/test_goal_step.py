"""The goal step: retirement age and income goal, with assumptions that can be changed, and the projection."""

import json
from dataclasses import replace
from typing import Any

import pytest

from planbridge.enrollment.goal_step import GoalForm
from planbridge.enrollment.objection import Objection
from tests.enrollment.visits import SAVER, visit

GOAL = {"retirement_age": "67", "goal_percent": "80"}


def said(**typed: str) -> Any:
    """What the projection says of a goal."""
    return GoalForm(visit(), GOAL | typed).said()["prospect"]


def test_only_what_was_changed_is_kept() -> None:
    """EN-1: the goal is kept, and of the assumptions those that differ from ours."""
    form = GoalForm(visit(), GOAL | {"pay_growth_percent": "3", "inflation_percent": "3.5", "return:EQ3": "4"})
    assert form.is_valid(), form.errors
    answer = form.answer()
    assert answer == {"retirement_age": "67", "goal_percent": "80", "inflation_percent": "3.5", "returns": {"EQ3": "4"}}
    again = GoalForm(visit({"goal": answer}))
    assert (again["return:EQ3"].value(), again["inflation_percent"].value()) == ("4", "3.5")
    assert again["return:TD45"].value() == "5.5"


def test_each_assumption_counts() -> None:
    """EN-1: retirement age, growth of pay, a fund's return, Social Security and the last age each move the projection."""
    at_67 = said()
    assert (at_67["goal"], at_67["retirement_age"]) == ("$3,467", 67)
    for typed in (
        {"retirement_age": "70"},
        {"pay_growth_percent": "1"},
        {"return:TD45": "2"},
        {"social_security_monthly_usd": "1000"},
        {"last_age": "100"},
    ):
        assert said(**typed)["income"] != at_67["income"], typed
    assert said(social_security_monthly_usd="1,000")["social_security"] == "$1,000"
    assert said(goal_percent="50")["goal"] == "$2,167"


def test_rates_and_paths_answered_count() -> None:
    """EN-1: the projection goes by the rates and the split answered so far, else by those held."""
    held = GoalForm(visit()).said()["prospect"]["balance"]
    saving = GoalForm(visit({"rate": {"rates": {"PRE": {"percent": "10"}}}})).said()["prospect"]["balance"]
    answers = {"path": {"path": "choose_myself"}, "allocation": {"way": "same", "split": {"EQ3": "100"}}}
    invested = GoalForm(visit(answers)).said()["prospect"]["balance"]
    assert len({held, saving, invested}) == 3


def test_the_table_says_what_the_chart_says() -> None:
    """EN-1: chart and table have the same numbers: each fifth year from today's age, and the year of retirement."""
    found = said()
    points = json.loads(found["points"])
    assert [row["age"] for row in found["rows"]] == [46, 51, 56, 61, 66, 67]
    assert found["rows"][0]["balances"][1] == "$2,351"
    assert points["middle"][0] == "2350.75"
    assert found["rows"][-1]["balances"] == [found["lower"], found["balance"], found["higher"]]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"retirement_age": "49"}, "retirement_age"),
        ({"retirement_age": ""}, "retirement_age"),
        ({"goal_percent": "0"}, "goal_percent"),
        ({"return:TD45": "13"}, "return:TD45"),
        ({"last_age": "40"}, "last_age"),
    ],
)
def test_what_cannot_be_is_refused(typed: dict[str, str], field: str) -> None:
    """EN-1: a goal or an assumption out of its range is refused at its box, and something is said all the same."""
    form = GoalForm(visit(), GOAL | typed)
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert form.said()["prospect"] is not None


def test_too_little_known() -> None:
    """EN-1: without pay it is asked for; without a birth date or the year's limits nothing is projected."""
    unpaid = visit(saver=replace(SAVER, annual_pay_usd=None))
    assert GoalForm(unpaid, GOAL).said() == {"prospect": None, "needs_pay": True}
    form = GoalForm(unpaid, GOAL | {"annual_pay_usd": "$52,000"})
    assert form.is_valid()
    assert form.answer()["annual_pay_usd"] == "52000"
    assert form.said()["prospect"]["goal"] == "$3,467"
    ageless = visit(saver=replace(SAVER, birth_date=None))
    assert GoalForm(ageless, GOAL).said() == {"prospect": None, "needs_pay": False}
    unknown = visit(limits=Objection("LIMIT_YEAR_UNKNOWN", "No limits."))
    assert GoalForm(unknown, GOAL).said()["prospect"] is None
