"""The goal step: when somebody wants to retire, on which income, and what a projection may assume for it."""

import json
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext

from planbridge.enrollment.assumptions import ASSUMPTIONS
from planbridge.enrollment.kept_visit import Answer
from planbridge.enrollment.number_box import DOLLARS, PERCENT, YEARS, NumberBox, box_name, number_in
from planbridge.enrollment.objection import dollars, percent_text
from planbridge.enrollment.projection import ASSUMED, Case, Projection
from planbridge.enrollment.prospect import Prospect, prospect_of
from planbridge.enrollment.social_security import ASSUMED as SOCIAL_SECURITY_ASSUMED
from planbridge.enrollment.step_form import StepForm
from planbridge.enrollment.visit import Visit
from planbridge.plans.terms import Fund
from planbridge.sync.submission_wish import plain

RETIREMENT_AGES = (50, 80)
LAST_AGES = (81, 110)
GOAL_PERCENT_MAX = 200
GROWTH_MAX = 15
RETURN_MAX = 12
PAY_MAX = 10_000_000
TABLE_YEARS = 5
WHOLE = Decimal(1)


class GoalForm(StepForm):
    """Retirement age and income goal, and beside them the assumptions, which can be changed."""

    slug = "goal"

    def __init__(self, visit: Visit, data: Mapping[str, Any] | None = None) -> None:  # Any: a form's values
        super().__init__(visit, data)
        low, high = RETIREMENT_AGES
        self.fields["retirement_age"] = NumberBox(
            gettext("At what age do you want to retire?"), YEARS, lowest=low, highest=high, is_required=True
        )
        self.fields["goal_percent"] = NumberBox(
            gettext("How much of today's pay do you want to live on then?"),
            PERCENT,
            lowest=1,
            highest=GOAL_PERCENT_MAX,
            is_required=True,
        )
        if visit.held.saver.annual_pay_usd is None:
            label = gettext("What is your pay for a year, before taxes?")
            self.fields["annual_pay_usd"] = NumberBox(label, DOLLARS, lowest=1, highest=PAY_MAX)
        self.fields |= _assumption_boxes()
        for fund in self.funds:
            self.fields[box_name("return", fund.fund)] = NumberBox(fund.name or fund.fund, PERCENT, highest=RETURN_MAX)

    @property
    def funds(self) -> list[Fund]:
        """The funds whose return can be assumed otherwise: those that take money, and those in which there is some."""
        held = {fund for (_, fund), amount in self.visit.held.balances_usd.items() if amount}
        open_funds = {one.fund for one in self.visit.offer.open_funds}
        return [one for one in self.visit.offer.content.lineup.funds if one.fund in held | open_funds]

    def initial_of(self, answer: Answer | None) -> dict[str, Any]:
        """The assumptions with what the person changed in them."""
        names = ("goal_percent", "retirement_age", "pay_growth_percent", "inflation_percent", "last_age")
        values: dict[str, Any] = {name: getattr(ASSUMPTIONS, name) for name in names}
        values |= {box_name("return", one.fund): ASSUMPTIONS.return_of(one.asset_class) for one in self.funds}
        given = dict(answer or {})
        own = {box_name("return", fund): Decimal(number) for fund, number in given.pop("returns", {}).items()}
        return values | {name: Decimal(number) for name, number in given.items()} | own

    def answer(self) -> Answer:
        """The goal, and the assumptions that differ from the shipped ones."""
        return self._answer_of(self.cleaned_data)

    def said(self) -> dict[str, Any]:
        """The projection in words, as a table and as the points of a chart; `prospect` None where too little is known."""
        values = {name: number_in(self, name) for name in self.fields}
        goal = self._answer_of(values)
        prospect = prospect_of(self.visit, goal=goal)
        needs_pay = self.visit.held.saver.annual_pay_usd is None and not values.get("annual_pay_usd")
        return {"prospect": prospect and shown_prospect(prospect), "needs_pay": needs_pay}

    def main_boxes(self) -> list[BoundField]:
        """The boxes of the question itself."""
        return [self[name] for name in ("retirement_age", "goal_percent", "annual_pay_usd") if name in self.fields]

    def assumption_boxes(self) -> list[BoundField]:
        """The boxes of what is assumed, but for the funds."""
        return [self[name] for name in _assumption_boxes()]

    def return_boxes(self) -> list[BoundField]:
        """A box for each fund's return."""
        return [self[box_name("return", one.fund)] for one in self.funds]

    def _answer_of(self, values: dict[str, Any]) -> Answer:
        shipped = self.initial_of(None)
        always = {"retirement_age", "goal_percent"}
        given = {
            name: plain(number)
            for name, number in values.items()
            if isinstance(number, Decimal) and (name in always or number != shipped.get(name))
        }
        returns = {
            one.fund: given.pop(box_name("return", one.fund))
            for one in self.funds
            if box_name("return", one.fund) in given
        }
        return {**given, **({"returns": returns} if returns else {})}


def _assumption_boxes() -> dict[str, NumberBox]:
    low, high = LAST_AGES
    estimate = gettext("Social Security a month, in today's dollars (leave empty for our estimate)")
    return {
        "pay_growth_percent": NumberBox(gettext("Your pay grows each year by"), PERCENT, highest=GROWTH_MAX),
        "inflation_percent": NumberBox(gettext("Prices rise each year by"), PERCENT, highest=GROWTH_MAX),
        "social_security_monthly_usd": NumberBox(estimate, DOLLARS, highest=PAY_MAX),
        "last_age": NumberBox(gettext("Your savings last until age"), YEARS, lowest=low, highest=high),
    }


def shown_prospect(prospect: Prospect) -> dict[str, Any]:
    """A prospect as the pages show it: whole dollars as text, a table of every fifth year, the points of a chart."""
    found, assumed = prospect.projection, prospect.assumptions
    values = {
        "pay_growth": percent_text(assumed.pay_growth_percent),
        "inflation": percent_text(assumed.inflation_percent),
        "spread": percent_text(assumed.spread_percent),
        "last_age": str(assumed.last_age),
    }
    return {
        "retirement_age": found.retirement_age,
        "income": whole_dollars(found.income_monthly_usd),
        "goal": whole_dollars(found.goal_monthly_usd),
        "gap": whole_dollars(found.gap_monthly_usd) if found.gap_monthly_usd >= 1 else "",
        "reached_percent": min(found.goal_reached_percent, Decimal(100)),
        "savings": whole_dollars(found.middle.savings_monthly_usd),
        "social_security": whole_dollars(found.social_security_monthly_usd),
        "is_saving": found.middle.balance_usd >= 1,
        "balance": whole_dollars(found.middle.balance_usd),
        "balance_today": whole_dollars(found.middle.balance_today_usd),
        "lower": whole_dollars(found.lower.balance_usd),
        "higher": whole_dollars(found.higher.balance_usd),
        "own": whole_dollars(found.middle.own_usd),
        "employer": whole_dollars(found.middle.employer_usd),
        "rows": list(_rows(found)),
        "points": _points(found),
        "assumed": gettext(ASSUMED) % values,
        "social_security_assumed": gettext(SOCIAL_SECURITY_ASSUMED),
    }


def whole_dollars(amount: Decimal) -> str:
    """An estimate as it is shown: cents would claim that it is exact."""
    return dollars(amount.quantize(WHOLE, ROUND_HALF_UP))


def _rows(found: Projection) -> Iterator[dict[str, Any]]:
    """Every fifth year of the three lines, and the last."""
    last = len(found.middle.points) - 1
    for place, point in enumerate(found.middle.points):
        if place % TABLE_YEARS == 0 or place == last:
            lines = (found.lower, found.middle, found.higher)
            yield {
                "age": point.age,
                "year": point.year,
                "balances": [whole_dollars(one.points[place].balance_usd) for one in lines],
            }


def _points(found: Projection) -> str:
    """The three lines as JSON for the chart: ages, and exact amounts as text."""
    lines: dict[str, Case] = {"lower": found.lower, "middle": found.middle, "higher": found.higher}
    amounts = {name: [str(point.balance_usd) for point in one.points] for name, one in lines.items()}
    return json.dumps({"ages": [point.age for point in found.middle.points], **amounts})
