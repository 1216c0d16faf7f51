"""Guard: whether a well-formed feed is still too strange to apply without a person looking at it."""

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from planbridge.activity.problem import Problem

PEOPLE_LOST_MIN = 5
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class GuardLimits:
    """A plan's limits in percent."""

    people_loss_percent_max: Decimal
    money_move_percent_max: Decimal


@dataclass(frozen=True)
class Movement:
    """What a feed would do to a plan: people before and lost, people read, dollars before and moved (by units)."""

    people_before: int
    people_lost: int
    people_read: int
    money_before: Decimal
    money_moved: Decimal


def judge_movement(movement: Movement, limits: GuardLimits) -> list[Problem]:
    """The problems that hold a run; none when it may go on."""
    problems = []
    if movement.people_before and not movement.people_read:
        detail = f"The plan has {movement.people_before:,} people."
        return [Problem("EMPTY_FEED", detail=detail)]
    lost_share = HUNDRED * movement.people_lost / movement.people_before if movement.people_before else Decimal(0)
    if movement.people_lost >= PEOPLE_LOST_MIN and lost_share > limits.people_loss_percent_max:
        detail = (
            f"{movement.people_lost:,} of {movement.people_before:,} people ({lost_share:.1f} %) are missing; "
            f"the limit is {limits.people_loss_percent_max.normalize():f} %."
        )
        problems.append(Problem("MASS_DISAPPEARANCE", detail=detail))
    moved_share = HUNDRED * movement.money_moved / movement.money_before if movement.money_before else Decimal(0)
    if moved_share > limits.money_move_percent_max:
        detail = (
            f"${movement.money_moved:,.2f} of ${movement.money_before:,.2f} ({moved_share:.1f} %) would move; "
            f"the limit is {limits.money_move_percent_max.normalize():f} %."
        )
        problems.append(Problem("MASS_VALUE_CHANGE", detail=detail))
    return problems


def money_moves(stored: pl.DataFrame, delivered: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """What moves between two states of the same people: plan_id, fund, units (signed), moved and change in dollars.

    `stored` and `delivered`: plan_id, participant_id, source, fund, units; `prices`: plan_id, fund, price. `moved`
    adds up without sign, position by position. A fund without price moves nothing that can be counted in dollars.
    """
    key = ["plan_id", "participant_id", "source", "fund"]
    both = pl.concat([stored.select(*key, units=-pl.col("units")), delivered.select(*key, "units")])
    changes = both.group_by(key).agg(pl.col("units").sum()).filter(pl.col("units") != 0)
    return valued(changes, prices)


def valued(changes: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Changes of units (plan_id, fund, units), position by position, as money_moves gives them."""
    priced = changes.join(prices, on=["plan_id", "fund"], how="left").with_columns(
        change=pl.col("units") * pl.col("price").fill_null(0)
    )
    return priced.group_by("plan_id", "fund").agg(
        pl.col("units").sum(), moved=pl.col("change").abs().sum(), change=pl.col("change").sum()
    )
