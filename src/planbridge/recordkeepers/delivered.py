"""People as delivered: text frames, one for the census and one for each kind of item, before any judgement.

Every frame has `record` (UInt32), the number of the person's record in `people`. Text is as delivered, None is "not
known". Children of nobody (a CSV row whose participant is missing) stand in `orphans`.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import polars as pl
import polars_hash

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


def person_key(plan: str, participant: str) -> pl.Expr:
    """A 64-bit key of a person, for grouping rows only: what is found by it is always compared in full."""
    return polars_hash.concat_str(plan, participant, separator="\x1f").nchash.xxh3_64().alias("person_key")


class Delivered(Protocol):
    """Some people as delivered, before their rows are put together.

    `keyed_people`: person_key, plan_id, participant_id and the census; `keyed_items`: by table, person_key and the
    items. `numbered` gives the frames of those whose key is in `keys` (None: everybody).
    """

    @property
    def keyed_people(self) -> pl.DataFrame:
        """One row a census record."""
        ...

    @property
    def keyed_items(self) -> dict[str, pl.DataFrame]:
        """One row an item, by table."""
        ...

    @property
    def is_clean(self) -> bool:
        """Whether every record could be read as one."""
        ...

    @property
    def unknown_fields(self) -> tuple[str, ...]:
        """Names that the contract does not have."""
        ...

    def numbered(self, keys: pl.Series | None) -> "DeliveredPart":
        """Frames with record numbers."""
        ...


@dataclass(frozen=True)
class DeliveredPart:
    """Text frames of some people; a table that was not delivered is absent from `items` (its data are not known)."""

    people: pl.DataFrame  # record, then PEOPLE_COLUMNS, all text
    items: dict[str, pl.DataFrame]  # each: record, then its ITEM_COLUMNS, all text, in delivered order
    orphans: pl.DataFrame  # plan_id, participant_id, table, row (as JSON text)
    unknown_fields: tuple[str, ...] = ()
    malformed: pl.DataFrame | None = None  # plan_id, participant_id, text: records that are not built as agreed
    # What a reading itself said of people who were completed with what is held, by the same record numbers.
    said: "DeliveredPart | None" = None
    # By table, the records of those of whom all items are told, should it be none (None: of whom any is told).
    stated: dict[str, pl.DataFrame] | None = None

    @property
    def is_clean(self) -> bool:
        """Whether every record could be read as one."""
        return self.orphans.is_empty() and (self.malformed is None or self.malformed.is_empty())

    @cached_property
    def keyed_people(self) -> pl.DataFrame:
        """One row a census record, with its person_key."""
        return self.people.with_columns(person_key("plan_id", "participant_id"))

    @cached_property
    def keyed_items(self) -> dict[str, pl.DataFrame]:
        """Items with their person_key; spells with their place, because their order counts."""
        keys = self.keyed_people.select("record", "person_key")
        items = {
            table: rows.join(keys, on="record", how="left", maintain_order="left") for table, rows in self.items.items()
        }
        if "employment" in items:
            place = pl.int_range(pl.len()).over("record").cast(pl.String)
            items["employment"] = items["employment"].with_columns(place=place)
        return items

    def numbered(self, keys: pl.Series | None) -> "DeliveredPart":
        """The people whose key is in `keys` (None: everybody); a null in it stands for all who came without an id."""
        if keys is None:
            return self
        wanted = keys.to_frame("person_key")
        records = self.keyed_people.join(wanted, on="person_key", how="semi", nulls_equal=True).select("record")
        return replace(
            self,
            people=self.people.join(records, on="record", how="semi", maintain_order="left"),
            items={
                table: rows.join(records, on="record", how="semi", maintain_order="left")
                for table, rows in self.items.items()
            },
            said=self.said and self.said.numbered(keys),
        )


def no_orphans() -> pl.DataFrame:
    """An empty frame of orphans."""
    return pl.DataFrame(schema=dict.fromkeys(("plan_id", "participant_id", "table", "row"), pl.String))
