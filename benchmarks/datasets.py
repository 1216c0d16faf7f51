"""Writes seeded canonical extract deliveries of any size: a first day and the four kinds of day that follow it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, TypeAlias

import polars as pl

from benchmarks.control_totals import plan_totals
from benchmarks.documents import FUNDS, people_documents, plan_document

Form: TypeAlias = Literal["csv", "ndjson"]
Frames: TypeAlias = dict[str, pl.DataFrame]
Json: TypeAlias = dict[str, object]

# Two trading days. The later deliveries carry one as_of each, so that a drop folder orders them as they stand here.
FIRST_DAY, NEXT_DAY = date(2026, 11, 19), date(2026, 11, 20)
AS_OF = {
    "base": "2026-11-19T22:00:00Z",
    "shuffled": "2026-11-20T22:00:00Z",
    "prices": "2026-11-20T22:10:00Z",
    "one_percent": "2026-11-20T22:20:00Z",
    "all": "2026-11-20T22:30:00Z",
}
VARIANTS = tuple(AS_OF)
# Whole plans are generated and appended until about this many people are in memory.
CHUNK_PEOPLE = 100_000
# Which one of each hundred people the variant one_percent changes.
CHANGED_OF_100 = 37
FIRST_PLAN = 900_000
SSN_COUNT = 99 * 9_999
FUNDS_HELD = 4
FIRST_NAMES = ("Ada", "Zoë", "Noor", "Anaïs", "Priya", "José", "Mei", "Omar", "Ruth", "Liam", "Chloë", "Tomás")
MIDDLE_NAMES = ("Marie", "Lee", "Ann", None, None, None)
LAST_NAMES = (
    "Byron",
    "O'Neil",
    "de la Cruz",
    "St. John",
    "Nguyen",
    "Müller",
    "Okafor",
    "Smith-Jones",
    "Sørensen",
    "Li",
)
PAY_FREQUENCIES = ("weekly", "biweekly", "semimonthly", "monthly")
MARITAL_STATUSES = ("single", "married", "divorced", "widowed")
PARTICIPANT_COLUMNS = [
    "plan_id",
    "participant_id",
    "ssn",
    "first_name",
    "middle_name",
    "last_name",
    "birth_date",
    "gender",
    "marital_status",
    "email",
    "phone",
    "address_line1",
    "address_line2",
    "city",
    "state",
    "zip",
    "country",
    "hire_date",
    "termination_date",
    "rehire_date",
    "status",
    "pay_frequency",
    "annual_compensation",
    "hours_ytd",
    "eligibility_date",
    "entry_date",
    "prior_year_fica_wages",
]


@dataclass(frozen=True)
class Delivery:
    """What one delivery holds: its variant of the first day, size and form, and whether vesting and ytd are in it."""

    variant: str
    people: int
    plans: int
    form: Form = "csv"
    has_vesting_and_ytd: bool = False


def write_delivery(folder: Path, variant: str, *, people: int, plans: int, form: Form) -> None:
    """Write one delivery of `people` in `plans` into `folder` as `form`, the manifest last; see `VARIANTS`."""
    write(folder, Delivery(variant, people, plans, form))


def generate(people: int, plans: int) -> Frames:
    """Return the first day as typed frames by file name without ending: dates are dates, numbers exact decimals."""
    delivery = Delivery("base", people, plans)
    chunks = [canonical(chunk) for chunk in _chunks(delivery)]
    return {name: pl.concat([chunk[name] for chunk in chunks]) for name in chunks[0]}


def write(folder: Path, delivery: Delivery) -> None:
    """Write the delivery chunk by chunk, so that memory stays bounded, and its manifest last."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.csv"), *folder.glob("*.ndjson"), folder / "manifest.json"):
        old.unlink(missing_ok=True)
    rows: dict[str, int] = {}
    totals: list[Json] = []
    for number, chunk in enumerate(_chunks(delivery)):
        totals += plan_totals(chunk)
        rows_in_order = chunk if delivery.variant == "base" else _shuffle(chunk, seed=number)
        files = {"plans.ndjson": _plan_documents(chunk, delivery.variant)}
        files |= _files(canonical(rows_in_order), delivery.form)
        for name, frame in files.items():
            _append(folder / name, frame)
            rows[name] = rows.get(name, 0) + frame.height
    manifest = {
        "format": "planbridge/1",
        "kind": "participants",
        "as_of": AS_OF[delivery.variant],
        "complete": True,
        "plans": [total["plan_id"] for total in totals],
        "files": [_file_entry(folder / name, count) for name, count in rows.items()],
        "totals": totals,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _chunks(delivery: Delivery) -> Iterator[Frames]:
    """Yield the delivery's frames, whole plans at a time; exact numbers are integers until `canonical`."""
    if not 0 < delivery.plans <= delivery.people:
        raise ValueError("a delivery needs at least one plan, and one participant for each plan")
    if delivery.people // delivery.plans >= SSN_COUNT:
        raise ValueError(f"a plan holds fewer than {SSN_COUNT} people: their test SSNs have to differ")
    size, larger_plans = divmod(delivery.people, delivery.plans)
    step = max(1, CHUNK_PEOPLE // size)
    for first in range(0, delivery.plans, step):
        number = pl.int_range(first, min(first + step, delivery.plans), eager=True).alias("number")
        plans = number.to_frame().select(
            (pl.col("number") + FIRST_PLAN).cast(pl.String).alias("plan_id"),
            (pl.col("number") * size + pl.col("number").clip(upper_bound=larger_plans)).alias("first_index"),
            (pl.lit(size) + (pl.col("number") < larger_plans)).alias("people"),
            pl.col("number"),
        )
        yield _vary(_first_day(plans, has_vesting_and_ytd=delivery.has_vesting_and_ytd), delivery.variant)


def _noise(column: str, salt: int, limit: int) -> pl.Expr:
    """Return integers from 0 below `limit` that depend on the column's value and the salt alone."""
    return (pl.col(column).hash(salt) % limit).cast(pl.Int64)


def _choice(column: str, salt: int, values: tuple[str | None, ...]) -> pl.Expr:
    return pl.lit(pl.Series(values)).gather(_noise(column, salt, len(values)))


def _first_day(plans: pl.DataFrame, *, has_vesting_and_ytd: bool) -> Frames:
    people = _participants(plans)
    person = people.select("plan_id", "participant_id", "index")
    prices = _prices(plans)
    frames = {
        "prices": prices,
        "participants": people,
        "contribution_rates": _contribution_rates(person),
        **_holdings(person),
    }
    if has_vesting_and_ytd:
        frames["vesting"] = person.select(
            "plan_id",
            "participant_id",
            pl.lit("MATCH").alias("source"),
            (_noise("index", 40, 6) * 20).alias("percent"),
        )
        frames["ytd"] = person.select(
            "plan_id",
            "participant_id",
            pl.lit("PRE").alias("source"),
            (_noise("index", 41, 1_500_000) + 10_000).alias("amount"),
        )
    return frames


def _participants(plans: pl.DataFrame) -> pl.DataFrame:
    """Return one row a person with `index`, the person's number in the whole delivery; money in cents."""
    people = plans.select(
        "plan_id",
        "first_index",
        # The multiplier shares no factor with the count of test SSNs, so they stay unique within a plan.
        pl.int_ranges(0, "people").alias("number_in_plan"),
    ).explode("number_in_plan")
    ssn = pl.col("number_in_plan") * 7_919 % SSN_COUNT
    people = people.select(
        "plan_id",
        pl.format("{}-{}", "plan_id", pl.col("number_in_plan").cast(pl.String).str.zfill(5)).alias("participant_id"),
        (pl.col("first_index") + pl.col("number_in_plan")).alias("index"),
        pl.format(
            "900-{}-{}",
            (ssn // 9_999 + 1).cast(pl.String).str.zfill(2),
            (ssn % 9_999 + 1).cast(pl.String).str.zfill(4),
        ).alias("ssn"),
    )
    people = people.with_columns(
        (pl.lit(date(1958, 1, 1)) + pl.duration(days=_noise("index", 1, 15_700))).alias("birth_date"),
        (pl.lit(date(2022, 1, 1)) + pl.duration(days=_noise("index", 2, 1_200))).alias("hire_date"),
        (pl.lit(date(2026, 1, 5)) + pl.duration(days=_noise("index", 3, 200))).alias("left_date"),
        _noise("index", 4, 100).alias("career"),
    )
    # Of a hundred, five have left for good and two have come back.
    has_left, is_rehired = pl.col("career").is_between(0, 6), pl.col("career").is_between(5, 6)
    people = people.with_columns(
        pl.when(has_left).then("left_date").alias("termination_date"),
        pl.when(is_rehired).then(pl.col("left_date") + pl.duration(days=60)).alias("rehire_date"),
        pl.when(has_left & ~is_rehired).then(pl.lit("terminated")).otherwise(pl.lit("active")).alias("status"),
        (pl.col("hire_date") + pl.duration(days=90)).alias("eligibility_date"),
        (pl.col("hire_date") + pl.duration(days=90)).dt.offset_by("1mo").dt.month_start().alias("entry_date"),
    )
    return people.with_columns(*_personal_columns()).select(*PARTICIPANT_COLUMNS, "index")


def _personal_columns() -> list[pl.Expr]:
    door = _noise("index", 5, 900) + 1
    return [
        _choice("index", 6, FIRST_NAMES).alias("first_name"),
        _choice("index", 7, MIDDLE_NAMES).alias("middle_name"),
        _choice("index", 8, LAST_NAMES).alias("last_name"),
        _choice("index", 9, ("F", "M")).alias("gender"),
        _choice("index", 10, MARITAL_STATUSES).alias("marital_status"),
        pl.format("p{}@example.test", "index").alias("email"),
        pl.format("+1-555-555-01{}", _noise("index", 11, 100).cast(pl.String).str.zfill(2)).alias("phone"),
        pl.format("{} Alder Ct, Apt {}", door, door % 40 + 1).alias("address_line1"),
        pl.lit(None, pl.String).alias("address_line2"),
        _choice("index", 12, ("Topeka", "Wichita", "Lawrence", "Salina")).alias("city"),
        pl.lit("KS").alias("state"),
        (_noise("index", 13, 900) + 66_000).cast(pl.String).alias("zip"),
        pl.lit("US").alias("country"),
        _choice("index", 14, PAY_FREQUENCIES).alias("pay_frequency"),
        (_noise("index", 15, 17_000_000) + 3_000_000).alias("annual_compensation"),
        (_noise("index", 16, 16_000) + 2_000).alias("hours_ytd"),
        (_noise("index", 15, 17_000_000) + 2_900_000).alias("prior_year_fica_wages"),
    ]


def _prices(plans: pl.DataFrame) -> pl.DataFrame:
    """Return one row a plan and fund with its price of the first day in ten-thousandths."""
    return (
        plans.select("plan_id", "number")
        .join(pl.DataFrame({"fund": FUNDS}).with_row_index("fund_number"), how="cross")
        .with_columns((pl.col("number") * len(FUNDS) + pl.col("fund_number")).alias("price_index"))
        .with_columns((_noise("price_index", 20, 900_000) + 100_000).alias("price"), price_date=FIRST_DAY)
    )


def _contribution_rates(person: pl.DataFrame) -> pl.DataFrame:
    """Return a pre-tax rate for everyone and a Roth rate for half, every second of those in money; in hundredths."""
    pre = person.with_columns(pl.lit("PRE").alias("source"), _noise("index", 30, 1_400).alias("percent") + 100)
    roth = person.filter(pl.col("index") % 2 == 0).with_columns(
        pl.lit("ROTH").alias("source"), _noise("index", 31, 400).alias("percent") + 100
    )
    is_money = (pl.col("source") == "ROTH") & (pl.col("index") % 4 == 0)
    return pl.concat([pre, roth]).with_columns(
        pl.when(~is_money).then("percent").alias("percent"),
        pl.when(is_money).then(pl.col("percent") * 25).alias("amount"),
    )


def _holdings(person: pl.DataFrame) -> Frames:
    """Return allocations (percent) and balances (units in millionths) of four neighboring funds a person."""
    held = person.with_columns(_noise("index", 32, len(FUNDS)).alias("first_fund")).join(
        pl.DataFrame({"held": range(FUNDS_HELD)}), how="cross"
    )
    held = held.with_columns(
        pl.lit(pl.Series(FUNDS)).gather((pl.col("first_fund") + pl.col("held")) % len(FUNDS)).alias("fund")
    )
    sources = pl.DataFrame({"source": ["PRE", "MATCH"], "source_number": [0, 1]})
    balances = held.join(sources, how="cross").with_columns(
        ((pl.col("index") * 2 + pl.col("source_number")) * FUNDS_HELD + pl.col("held")).alias("position_index")
    )
    allocations = held.with_columns(pl.lit("PRE").alias("source"), pl.lit(100 // FUNDS_HELD).alias("percent"))
    return {
        "allocations": allocations,
        "balances": balances.with_columns((_noise("position_index", 33, 499_000_000) + 1_000_000).alias("units")),
    }


def _vary(frames: Frames, variant: str) -> Frames:
    """Return the frames as the variant changes them, every balance with its price and market value (cents)."""
    prices, people = frames["prices"], frames["participants"]
    rates, balances = frames["contribution_rates"], frames["balances"]
    is_chosen = pl.col("index") % 100 == CHANGED_OF_100
    has_new_rate = pl.col("index") // 100 % 2 == 0
    match variant:
        case "base" | "shuffled":
            pass
        case "prices":
            move = pl.col("price") * (_noise("price_index", 50, 1_000) + 1) // 1_000_000
            direction = _noise("price_index", 51, 2) * 2 - 1
            prices = prices.with_columns(pl.col("price") + move * direction, price_date=NEXT_DAY)
        case "one_percent":
            is_rate = is_chosen & has_new_rate & (pl.col("source") == "PRE")
            is_position = is_chosen & ~has_new_rate & (pl.col("source") == "PRE") & (pl.col("held") == 0)
            rates = rates.with_columns(pl.col("percent") + pl.when(is_rate).then(100).otherwise(0))
            balances = balances.with_columns(
                pl.col("units") + pl.when(is_position).then(pl.col("units") // 200).otherwise(0)
            )
        case "all":
            step = pl.col("units") * (_noise("position_index", 52, 9_000) + 1) // 1_000_000
            balances = balances.with_columns(pl.col("units") + step.clip(lower_bound=1))
            people = people.with_columns(pl.col("annual_compensation") + _noise("index", 53, 100_000) + 1)
        case _:
            raise ValueError(f"unknown variant {variant!r}; one of {', '.join(VARIANTS)}")
    balances = balances.join(
        prices.select("plan_id", "fund", "price", "price_date"), on=["plan_id", "fund"], maintain_order="left"
    )
    # Millionths of units times ten-thousandths of price are 10^-10; half a cent is 5 * 10^-3. All of it fits 64 bits.
    value = ((pl.col("units") * pl.col("price") + 50_000_000) // 100_000_000).alias("market_value")
    changed = {"prices": prices, "participants": people, "contribution_rates": rates}
    return frames | changed | {"balances": balances.with_columns(value)}


def _shuffle(frames: Frames, seed: int) -> Frames:
    return {name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in frames.items()}


def _decimal(column: str, scale: int) -> pl.Expr:
    """Return the column's integers as exact decimals of that scale."""
    divisor: int = 10**scale
    return pl.col(column).cast(pl.Decimal(38, scale)) / divisor


def canonical(frames: Frames) -> Frames:
    """Return the frames with the columns of the canonical extract, in its order, and exact decimals for integers."""
    person, rates = ["plan_id", "participant_id"], frames["contribution_rates"]
    money = [_decimal("annual_compensation", 2), _decimal("hours_ytd", 1), _decimal("prior_year_fica_wages", 2)]
    numbers = [_decimal("units", 6), _decimal("price", 4), _decimal("market_value", 2)]
    balances = frames["balances"].with_columns(numbers)
    tables = {
        "participants": frames["participants"].with_columns(money).select(PARTICIPANT_COLUMNS),
        "contribution_rates": rates.select(*person, "source", _decimal("percent", 2), _decimal("amount", 2)),
        "allocations": frames["allocations"].select(*person, "source", "fund", "percent"),
        "balances": balances.select(*person, "source", "fund", "units", "price", "market_value", "price_date"),
    }
    if "vesting" in frames:
        tables["vesting"] = frames["vesting"]
        tables["ytd"] = frames["ytd"].with_columns(_decimal("amount", 2))
    return tables


def _files(tables: Frames, form: Form) -> Frames:
    if form == "ndjson":
        return {"participants.ndjson": people_documents(tables)}
    return {f"{name}.csv": table for name, table in tables.items()}


def _append(path: Path, frame: pl.DataFrame) -> None:
    is_new = not path.exists()
    with path.open("ab") as file:
        if path.name == "plans.ndjson":
            file.write("".join(f"{line}\n" for line in frame["document"]).encode())
        elif path.suffix == ".ndjson":
            frame.write_ndjson(file)
        else:
            frame.write_csv(file, include_header=is_new)


def _file_entry(path: Path, rows: int) -> Json:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "rows": rows, "bytes": path.stat().st_size, "sha256": digest}


def _plan_documents(frames: Frames, variant: str) -> pl.DataFrame:
    """Return the plans' documents with the day's prices as one column of text."""
    revision = "r2" if variant == "prices" else "r1"
    prices = frames["prices"].sort("plan_id", "fund_number").with_columns(_decimal("price", 4).cast(pl.String))
    plans = prices.group_by("plan_id", maintain_order=True).agg("price", pl.first("price_date").cast(pl.String))
    return pl.DataFrame(
        {
            "document": [
                plan_document(plan, revision=revision, as_of=AS_OF[variant], prices=plan_prices, price_date=day)
                for plan, plan_prices, day in plans.iter_rows()
            ]
        }
    )
