"""The canonical frames that the stages of a Participant Sync hand on."""

from dataclasses import dataclass, replace

import polars as pl

NUMBER = pl.Decimal(38, 10)  # exact: 28 digits before the point, 10 after it
PROBLEM_SCHEMA = pl.Schema(
    {
        "plan_id": pl.Int64(),
        "participant_id": pl.String(),
        "code": pl.String(),
        "field": pl.String(),
        "value": pl.String(),
    }
)
PERSON = ("plan_id", "participant_id")


@dataclass(frozen=True)
class CanonicalPart:
    """People in exact types. `people`: record, plan_id (ours), participant_id, census; `items`: record and columns.

    Numbers are Decimal(38, 10), dates Date, text trimmed, "" is null, an SSN is its digits. What could not be read as
    its type is null and stands in `problems` (plan_id, participant_id, code, field, value).
    """

    people: pl.DataFrame
    items: dict[str, pl.DataFrame]
    problems: pl.DataFrame

    def without(self, rejected: pl.DataFrame) -> "CanonicalPart":
        """The part without the people in `rejected` (plan_id, participant_id)."""
        if rejected.is_empty():
            return self
        people = self.people.join(rejected, on=list(PERSON), how="anti", maintain_order="left")
        records = people.select("record")
        items = {
            table: rows.join(records, on="record", how="semi", maintain_order="left")
            for table, rows in self.items.items()
        }
        return replace(self, people=people, items=items)

    def of(self, chosen: pl.DataFrame) -> "CanonicalPart":
        """The part with only the people in `chosen` (plan_id, participant_id)."""
        people = self.people.join(chosen, on=list(PERSON), how="semi", maintain_order="left")
        if people.height == self.people.height:
            return self
        records = people.select("record")
        items = {
            table: rows.join(records, on="record", how="semi", maintain_order="left")
            for table, rows in self.items.items()
        }
        return replace(self, people=people, items=items)


def no_problems() -> pl.DataFrame:
    """An empty frame of problems."""
    return pl.DataFrame(schema=PROBLEM_SCHEMA)
