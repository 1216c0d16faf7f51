"""A part in which everybody is as they were is judged without its stages; what comes of it is what they would give."""

from collections.abc import Callable
from datetime import date

import polars as pl

from planbridge.recordkeepers.delivered import PEOPLE_COLUMNS, RECORD, DeliveredPart, no_orphans
from planbridge.sync.frames import NUMBER
from planbridge.sync.judgement import Background, Judgement, judge, nobody_judged
from planbridge.sync.known import FUNDS, MAXIMUMS, PRICES, SOURCES
from planbridge.sync.recognise import CANONICAL_MONEY, Recognition
from planbridge.sync.roll import STORED_SCHEMA
from planbridge.sync.validate import KnownPlans

PLAN = 7


def empty(schema: pl.Schema) -> Callable[[], pl.DataFrame]:
    """Asks for nothing."""
    return lambda: pl.DataFrame(schema=schema)


def known() -> KnownPlans:
    """What is known of one plan of which nobody is known."""
    as_of = pl.DataFrame({"plan_id": [PLAN], "as_of": [date(2026, 11, 20)]})
    return KnownPlans(empty(SOURCES), empty(FUNDS), empty(PRICES), empty(MAXIMUMS), as_of)


def part_of_nobody() -> DeliveredPart:
    """A part without people."""
    people = pl.DataFrame(schema={"record": RECORD} | dict.fromkeys(PEOPLE_COLUMNS, pl.String))
    return DeliveredPart(people, {}, no_orphans(), ("shoe_size",))


def shape(judgement: Judgement) -> dict[str, object]:
    """Names, types and order of all columns of a judgement, and what else it says."""
    frames = {name: value for name, value in vars(judgement).items() if isinstance(value, pl.DataFrame)}
    frames |= {f"changed.{table}": rows for table, rows in judgement.changed.items.items()}
    frames |= {f"touched.{table}": rows for table, rows in judgement.touched.items()}
    frames |= {
        "outcomes": judgement.comparison.outcomes,
        "people": judgement.changed.people,
        "unread": judgement.changed.problems,
        "strays": judgement.strays.problems,
        "delivered": judgement.delivered.people,
    }
    return {name: (list(frame.schema.items()), frame.height) for name, frame in frames.items()} | {
        "unknown": judgement.delivered.unknown_fields,
        "kept": judgement.strays.kept,
    }


def test_it_has_the_columns_that_the_stages_give() -> None:
    """PT-5: A part of nobody left to be judged has the very columns, in type and order, that judging it would give."""
    stored = pl.DataFrame(schema=dict(STORED_SCHEMA) | {"person_key": pl.UInt64})
    plans = pl.DataFrame(schema={"external_plan_id": pl.String, "plan_id": pl.Int64})
    background = Background(plans, known(), stored, {}, {}, pl.DataFrame)
    told: list[str] = []
    staged = judge(part_of_nobody(), background, lambda stage, _count: told.append(stage))
    assert told == ["recognise", "normalise", "validate", "diff"]
    recognition = Recognition(staged.recognised, None, pl.DataFrame(), staged.money)
    assert shape(nobody_judged(part_of_nobody(), recognition, known().as_of)) == shape(staged)


def test_its_prices_are_those_of_the_recognised() -> None:
    """PT-8: The prices of a day on which nobody changed are the fund's of that day, from the positions summed by price."""
    rows = [
        (PLAN, "PRE", "TD50", "19.10", date(2026, 11, 19), "10", "191.00", 3),
        (PLAN, "ROTH", "TD50", "19.10", None, "5", "95.50", 1),
        (PLAN, "PRE", "CASH", None, None, None, "20.00", 1),
    ]
    texts = {name: pl.String if kind == NUMBER else kind for name, kind in CANONICAL_MONEY.items()}
    money = pl.DataFrame(rows, schema=texts, orient="row").cast(CANONICAL_MONEY)
    nobody = pl.DataFrame(schema={"plan_id": pl.Int64, "participant_id": pl.String, "person_key": pl.UInt64})
    judgement = nobody_judged(part_of_nobody(), Recognition(nobody, None, pl.DataFrame(), money), known().as_of)
    prices = judgement.prices.sort("fund", "price_date").with_columns(pl.col("price").cast(pl.Float64))
    assert prices.rows() == [
        (PLAN, "TD50", date(2026, 11, 19), 19.1),
        (PLAN, "TD50", date(2026, 11, 20), 19.1),
    ]
    assert judgement.money.height == 3
