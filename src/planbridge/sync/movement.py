"""Movement: how many people and dollars of each plan a feed would move, and why that may hold its run."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import ControlTotals, PlanFeed
from planbridge.sync.apply import copy_out, held_positions, waiting_rejected
from planbridge.sync.diff import CHANGED, NEW
from planbridge.sync.frames import NUMBER, PERSON
from planbridge.sync.guard import Movement, judge_movement, money_moves, valued
from planbridge.sync.judgement import Judgement
from planbridge.sync.known import PlanFacts
from planbridge.sync.positions import NOBODY_ALIKE, POSITIONS_SCHEMA, alike, by_position, position_texts, unit_changes
from planbridge.sync.reconcile import differences
from planbridge.sync.statements import statement
from planbridge.sync.summary import Summary

NOTHING = Decimal(0)
HALF_CENT = Decimal("0.005")
HELD = pl.Schema({"plan_id": pl.Int64(), "fund": pl.String(), "units": NUMBER, "positions": pl.Int64()})
MOVES = pl.Schema({"plan_id": pl.Int64(), "fund": pl.String(), "units": NUMBER, "moved": NUMBER, "change": NUMBER})


def of_people(rows: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The rows whose record is one of these people's."""
    return rows.join(people.select("record"), on="record", how="semi")


@dataclass
class Movements:
    """Collects moves by plan and fund, part by part. `known_prices` asks for plan_id, fund, price before this feed.

    People who were rejected before and come in now bring their money with them: it was there and is no movement.
    """

    known_prices: Callable[[], pl.DataFrame]
    moves: list[pl.DataFrame] = field(default_factory=list)

    def add(self, judgement: Judgement, plans_before: pl.DataFrame) -> pl.DataFrame:
        """Take in a part: what changed people held before against what they and the new hold now.

        `plans_before` (plan_id): the plans that had people; where nobody was before, nothing moves. Answers the people
        who hold the same funds as before, as positions.alike gives them.
        """
        touched = judgement.changed.people.join(judgement.touched["balances"], on="record", how="semi")
        people = touched.join(plans_before, on="plan_id", how="semi")
        if people.is_empty():
            return NOBODY_ALIKE
        balances = judgement.changed.items["balances"]
        with ThreadPoolExecutor(1) as reading:  # while the server reads
            texts = reading.submit(lambda: position_texts(of_people(balances, people), people))
            changed = of_people(judgement.comparison.people(CHANGED), people)
            held = held_positions(changed.select(PERSON))
            delivered = texts.result()
        same = alike(held, delivered)
        prices = self.newest(judgement.prices)
        self.moves.append(valued(unit_changes(same), prices).cast(MOVES))
        delivered = self.without_expected(judgement, delivered, prices)
        others = [rows.join(same, on=list(PERSON), how="anti") for rows in (held, delivered)]
        if any(rows.height for rows in others):
            before, now = (by_position(rows) for rows in others)
            self.moves.append(money_moves(before, now, prices).cast(MOVES))
        return same

    def without_expected(self, judgement: Judgement, delivered: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
        """The delivered positions but those of the new who were rejected before: theirs change units and move nothing."""
        new = judgement.comparison.people(NEW).select(PERSON).join(delivered, on=list(PERSON), how="semi")
        if new.is_empty():
            return delivered
        expected = new.join(waiting_rejected(new["plan_id"].unique().to_list()), on=list(PERSON), how="semi")
        if expected.is_empty():
            return delivered
        theirs = delivered.join(expected, on=list(PERSON), how="semi")
        nothing = by_position(pl.DataFrame(schema=POSITIONS_SCHEMA))
        moves = money_moves(nothing, by_position(theirs), prices).with_columns(moved=pl.lit(0))
        self.moves.append(moves.cast(MOVES))
        return delivered.join(expected, on=list(PERSON), how="anti")

    def add_vanished(self, vanished: pl.DataFrame, prices: pl.DataFrame) -> None:
        """Take in that people (plan_id, participant_id) are gone with all they held."""
        nothing = by_position(pl.DataFrame(schema=POSITIONS_SCHEMA))
        moves = money_moves(by_position(held_positions(vanished)), nothing, self.newest(prices))
        self.moves.append(moves.cast(MOVES))

    def newest(self, delivered: pl.DataFrame) -> pl.DataFrame:
        """The newest price of each fund: the delivered one, else the one known before."""
        new = delivered.sort("price_date").unique(["plan_id", "fund"], keep="last").select("plan_id", "fund", "price")
        others = self.known_prices().join(new, on=["plan_id", "fund"], how="anti")
        return pl.concat([new, others.select("plan_id", "fund", "price")])

    def by_fund(self) -> pl.DataFrame:
        """All moves so far, by plan and fund."""
        everything = pl.concat([pl.DataFrame(schema=MOVES), *self.moves])
        return everything.group_by("plan_id", "fund").agg(pl.col("units", "moved", "change").sum())

    def by_plan(self) -> dict[int, tuple[Decimal, Decimal]]:
        """Dollars moved and signed change of each plan."""
        sums = self.by_fund().group_by("plan_id").agg(pl.col("moved", "change").sum())
        return {plan_id: (moved, change) for plan_id, moved, change in sums.iter_rows()}


@dataclass(frozen=True)
class HeldFund:
    """What the people of a plan hold of a fund: units, price (None: unknown), number of positions."""

    units: Decimal
    price: Decimal | None
    positions: int


def hold_reasons(
    feeds: dict[int, PlanFeed], facts: dict[int, PlanFacts], summary: Summary, moves: Movements
) -> dict[int, list[Problem]]:
    """The plans to be held, each with the problems that hold it."""
    if not summary.vanished.is_empty():
        moves.add_vanished(summary.vanished, summary.prices)
    partial = [plan_id for plan_id, feed in feeds.items() if not feed.is_complete]
    held = held_funds(partial, moves, summary) if partial else {}
    by_plan = moves.by_plan()
    reasons = {}
    for plan_id, feed in feeds.items():
        moved, change = by_plan.get(plan_id, (NOTHING, NOTHING))
        before = summary.people_before.get(plan_id, 0)
        movement = Movement(
            people_before=before,
            people_lost=summary.people_missing.get(plan_id, 0),
            people_read=summary.counts[plan_id].read if feed.is_complete else before,
            money_before=money_before(plan_id, feed, summary, held, change),
            money_moved=moved if before else NOTHING,
        )
        problems = judge_movement(movement, facts[plan_id].limits)
        if feed.totals is not None and feed.is_complete and plan_id not in summary.unreadable:
            problems += differences(feed.totals, summary.read_totals(plan_id))
        elif feed.totals is not None and not feed.is_complete and not summary.counts[plan_id].rejected:
            problems += missed_changes(feed.totals, held.get(plan_id, {}), summary, moves, plan_id)
        if problems:
            reasons[plan_id] = problems
    return reasons


def money_before(
    plan_id: int, feed: PlanFeed, summary: Summary, held: dict[int, dict[str, HeldFund]], change: Decimal
) -> Decimal:
    """The plan's dollars before this feed, at the newest prices."""
    if not feed.is_complete:
        funds = held.get(plan_id, {}).values()
        return sum((fund.units * (fund.price or NOTHING) for fund in funds), NOTHING)
    return summary.read_totals(plan_id).market_value - change


def held_funds(plan_ids: list[int], moves: Movements, summary: Summary) -> dict[int, dict[str, HeldFund]]:
    """What the plans' people hold before this feed, by plan and fund: what a partial feed does not show."""
    positions = copy_out(statement("plan_positions"), {"plan_ids": plan_ids}, HELD)
    priced = positions.join(moves.newest(summary.prices), on=["plan_id", "fund"], how="left")
    found: dict[int, dict[str, HeldFund]] = {}
    for plan_id, fund, units, count, price in priced.iter_rows():
        found.setdefault(plan_id, {})[fund] = HeldFund(units, price, count)
    return found


def missed_changes(
    totals: ControlTotals, held: dict[str, HeldFund], summary: Summary, moves: Movements, plan_id: int
) -> list[Problem]:
    """TOTALS_DIFFER when a changes-only feed does not lead to the control totals: then a change was missed."""
    people = summary.people_before.get(plan_id, 0) - summary.people_lost.get(plan_id, 0)
    people += summary.people_new.get(plan_id, 0)
    if people != totals.participants:
        detail = f"Recordkeeper {totals.participants:,}, after the changes {people:,} people."
        return [Problem("TOTALS_DIFFER", field="participants", detail=detail)]
    change = {fund: units for plan, fund, units, *_ in moves.by_fund().iter_rows() if plan == plan_id}
    for fund, (units, dollars) in totals.by_fund.items():
        have = held.get(fund, HeldFund(NOTHING, None, 0))
        after = have.units + change.get(fund, NOTHING)
        if after != units:
            detail = f"Recordkeeper {units:,f}, after the changes {after:,f} units."
            return [Problem("TOTALS_DIFFER", field=f"by_fund.{fund}.units", detail=detail)]
        rounding = HALF_CENT * (have.positions + summary.counts[plan_id].read * 16)
        if have.price is not None and abs(after * have.price - dollars) > rounding:
            detail = f"Recordkeeper ${dollars:,f}, at the prices held ${after * have.price:,.2f}."
            return [Problem("TOTALS_DIFFER", field=f"by_fund.{fund}.market_value", detail=detail)]
    return own_contradictions(totals)


def own_contradictions(totals: ControlTotals) -> list[Problem]:
    """TOTALS_DIFFER when the parts of the control totals do not add up to their sum, which changes alone cannot prove."""
    parts = {
        "by_source": list(totals.by_source.values()),
        "by_fund": [dollars for _, dollars in totals.by_fund.values()],
    }
    for name, dollars in parts.items():
        if dollars and sum(dollars) != totals.market_value:
            detail = f"Recordkeeper ${totals.market_value:,f}, its own {name} come to ${sum(dollars):,f}."
            return [Problem("TOTALS_DIFFER", field="market_value", detail=detail)]
    return []
