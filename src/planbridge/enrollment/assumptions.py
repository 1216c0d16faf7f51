"""What a projection assumes of returns, growth, inflation and Social Security: dated data, stated beside each result."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from planbridge.enrollment.social_security import BendPoints

RETURNS = "return_percent"


@dataclass(frozen=True)
class Assumptions:
    """The numbers of assumptions.toml; percents a year. A page replaces those that the participant changed."""

    as_of: date
    source: str
    pay_growth_percent: Decimal
    inflation_percent: Decimal
    spread_percent: Decimal  # the lower and the higher case, in points of return
    retired_return_percent: Decimal
    last_age: int  # the age to which the money is made to last
    goal_percent: Decimal  # of today's pay
    retirement_age: int
    unknown_return_percent: Decimal
    return_percent: Mapping[str, Decimal]  # by asset class
    bend_points: tuple[BendPoints, ...]  # by year, the newest last

    def return_of(self, asset_class: str) -> Decimal:
        """The return assumed for funds of an asset class, percent a year."""
        return self.return_percent.get(asset_class, self.unknown_return_percent)

    def bend_points_of(self, year: int) -> BendPoints:
        """The bend points of a year; the newest known ones before it, or the oldest: it is an estimate, and says so."""
        return next((one for one in reversed(self.bend_points) if one.year <= year), self.bend_points[0])


def read_assumptions() -> Assumptions:
    """The shipped assumptions."""
    values = tomllib.loads((Path(__file__).parent / "assumptions.toml").read_text(encoding="utf-8"))
    percents = {name: Decimal(value) for name, value in values.items() if name.endswith("_percent") and name != RETURNS}
    points = [
        BendPoints(one["year"], Decimal(one["first_usd"]), Decimal(one["second_usd"]), one["source"])
        for one in values["bend_points"]
    ]
    return Assumptions(
        as_of=values["as_of"],
        source=values["source"],
        last_age=values["last_age"],
        retirement_age=values["retirement_age"],
        return_percent={name: Decimal(value) for name, value in values[RETURNS].items()},
        bend_points=tuple(sorted(points, key=lambda one: one.year)),
        **percents,
    )


ASSUMPTIONS = read_assumptions()
