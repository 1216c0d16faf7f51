"""The plan and participant documents of a generated delivery, as the Recordkeeper API would serve them."""

import json

import polars as pl

TARGET_YEARS = (2030, 2035, 2040, 2045, 2050, 2055)
ASSET_CLASSES = {"EQ0": "us_equity", "EQ1": "international_equity", "BD0": "bond", "SV0": "stable_value"}
FUNDS = (*(f"TD{year % 100}" for year in TARGET_YEARS), *ASSET_CLASSES)
ADDRESS = {"line1": "address_line1", "line2": "address_line2"} | {c: c for c in ("city", "state", "zip", "country")}
DETAILS = ("contribution_rates", "allocations", "balances", "vesting", "ytd")
SOURCES = (
    {"source": "PRE", "name": "Employee pre-tax", "kind": "pretax", "vesting_group": None},
    {"source": "ROTH", "name": "Employee Roth", "kind": "roth", "vesting_group": None},
    {"source": "MATCH", "name": "Employer match", "kind": "match", "vesting_group": "employer"},
)
PROVISIONS = {
    "eligibility": {"minimum_age": 21, "service_months": 3, "entry": "monthly"},
    "deferral": {
        "minimum_percent": "1",
        "maximum_percent": "80",
        "roth": True,
        "aftertax": False,
        "catch_up": True,
        "super_catch_up": True,
        "change_frequency": "anytime",
    },
    "match": {
        "tiers": [
            {"contribution_percent": "3", "match_percent": "100"},
            {"contribution_percent": "2", "match_percent": "50"},
        ],
        "safe_harbor": "basic",
    },
    "auto_enroll": {"percent": "6", "increase_percent": "1", "cap_percent": "10"},
    "vesting": [{"group": "employer", "schedule": [[1, "20"], [2, "40"], [3, "60"], [4, "80"], [5, "100"]]}],
    "loans": {"permitted": True, "maximum": 2},
    "balance_transfer": True,
    "spousal_consent": True,
}


def plan_document(plan_id: str, *, revision: str, as_of: str, prices: list[str], price_date: str) -> str:
    """Return the plan's document as one line of JSON; `prices` are exact decimals in the order of `FUNDS`."""
    number = plan_id[1:]
    document = {
        "plan_id": plan_id,
        "revision": revision,
        "as_of": as_of,
        "name": f"Example {number} 401(k) Plan",
        "type": "401k",
        "plan_number": "001",
        "year_end": "12-31",
        "status": "active",
        "employer": {
            "name": f"Example {number} LLC",
            "ein": f"00-{1_000_000 + int(number)}",
            "phone": "+1-555-555-0100",
        },
        "contacts": [{"role": "primary", "name": "Ada Byron", "email": "ada@example.test", "phone": "+1-555-555-0101"}],
        "provisions": PROVISIONS,
        "sources": SOURCES,
        "lineup": {
            "effective_date": "2026-07-01",
            "funds": [_fund(number, price, price_date) for number, price in enumerate(prices)],
            "default_investment": [_default(number) for number in range(len(TARGET_YEARS))],
        },
    }
    return json.dumps(document)


def _fund(number: int, price: str, price_date: str) -> dict[str, object]:
    fund = FUNDS[number]
    return {
        "fund": fund,
        "name": f"Target {TARGET_YEARS[number]} Fund"
        if number < len(TARGET_YEARS)
        else f"Example {fund} Fund Class R6",
        "ticker": f"{fund[:2]}{chr(ord('A') + number)}LX",
        "cusip": f"99A0000{number}{number}",
        "asset_class": ASSET_CLASSES.get(fund, "target_date"),
        "expense_percent": "0.12",
        "price": price,
        "price_date": price_date,
        "status": "open",
        "mapped_to": None,
    }


def _default(number: int) -> dict[str, object]:
    """Return the retirement years of one target-date fund: five around its year, open at both ends of the row."""
    year, is_first, is_last = TARGET_YEARS[number], number == 0, number == len(TARGET_YEARS) - 1
    return {
        "fund": FUNDS[number],
        "retirement_from": None if is_first else year - 2,
        "retirement_to": None if is_last else year + 2,
    }


def people_documents(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return one row a person shaped as the participant document, every number as text."""
    spell = pl.struct("hire_date", "termination_date")
    second_spell = pl.struct(pl.col("rehire_date").alias("hire_date"), pl.lit(None, pl.Date).alias("termination_date"))
    people = _as_text(tables["participants"]).with_columns(
        pl.struct([pl.col(column).alias(name) for name, column in ADDRESS.items()]).alias("address"),
        pl.when(pl.col("rehire_date").is_null())
        .then(pl.concat_list(spell))
        .otherwise(pl.concat_list(spell, second_spell))
        .alias("employment"),
    )
    people = people.drop(*ADDRESS.values(), "hire_date", "termination_date", "rehire_date")
    for name in DETAILS:
        if name in tables:
            table = _as_text(tables[name])
            entry = pl.struct(pl.exclude("plan_id", "participant_id")).alias(name)
            details = table.select("participant_id", entry).group_by("participant_id", maintain_order=True).agg(name)
            people = people.join(details, on="participant_id", how="left", maintain_order="left")
    return people


def _as_text(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.Decimal).cast(pl.String), pl.col(pl.Int32, pl.Int64).cast(pl.String))
