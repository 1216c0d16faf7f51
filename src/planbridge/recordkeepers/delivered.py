"""People as delivered: text frames, one for the census and one for each kind of item, before any judgement.

Every frame has `record` (UInt32), the number of the person's record in `people`. Text is as delivered, None is "not
known". Children of nobody (a CSV row whose participant is missing) stand in `orphans`.
"""

from dataclasses import dataclass

import polars as pl

PEOPLE_COLUMNS = (
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
    "status",
    "pay_frequency",
    "annual_compensation",
    "hours_ytd",
    "eligibility_date",
    "entry_date",
    "prior_year_fica_wages",
)
EMPLOYMENT = ("hire_date", "termination_date")
ITEM_COLUMNS: dict[str, tuple[str, ...]] = {
    "employment": EMPLOYMENT,
    "contribution_rates": ("source", "percent", "amount"),
    "allocations": ("source", "fund", "percent"),
    "balances": ("source", "fund", "units", "price", "market_value", "price_date"),
    "vesting": ("source", "percent"),
    "loans": (
        "loan_id",
        "type",
        "origination_date",
        "original_amount",
        "balance",
        "payment",
        "frequency",
        "rate",
        "maturity_date",
        "status",
    ),
    "beneficiaries": ("class", "name", "relationship", "percent"),
    "ytd": ("source", "amount"),
}
RECORD = pl.UInt32


@dataclass(frozen=True)
class DeliveredPart:
    """Text frames of some people; a table that was not delivered is absent from `items` (its data are not known)."""

    people: pl.DataFrame  # record, then PEOPLE_COLUMNS, all text
    items: dict[str, pl.DataFrame]  # each: record, then its ITEM_COLUMNS, all text, in delivered order
    orphans: pl.DataFrame  # plan_id, participant_id, table, row (as JSON text)
    unknown_fields: tuple[str, ...] = ()
    malformed: pl.DataFrame | None = None  # plan_id, participant_id, text: records that are not built as agreed


def no_orphans() -> pl.DataFrame:
    """An empty frame of orphans."""
    return pl.DataFrame(schema=dict.fromkeys(("plan_id", "participant_id", "table", "row"), pl.String))
