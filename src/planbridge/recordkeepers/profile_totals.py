"""Control totals of a header or trailer against what stands in the file."""

from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.profile import Profile, Total

EXACT = pl.Decimal(38, 10)


@dataclass
class Tally:
    """Counts lines and sums fields while a file is read; what a refused row says counts, for it was sent."""

    profile: Profile
    lines: int = 0
    details: int = 0
    sums: dict[tuple[str, str, str], Decimal] = field(default_factory=dict)

    def add(self, record: str, rows: pl.DataFrame) -> None:
        """Add the fields of detail records of one kind (text, null where unreadable)."""
        for total in self.profile.totals:
            if total.sums is None or total.of != record or total.sums not in rows.columns:
                continue
            values = rows.select(pl.col(total.sums).cast(EXACT, strict=False)).to_series()
            if total.negatives == "leave_out":
                values = values.filter(values >= 0)
            elif total.negatives == "add":
                values = values.abs()
            key = (record, total.sums, total.negatives)
            self.sums[key] = self.sums.get(key, Decimal(0)) + Decimal(values.sum() or 0)

    def compare(self, said: dict[str, dict[str, str | None]]) -> list[Problem]:
        """COUNT_MISMATCH and TOTAL_MISMATCH against what the header or trailer says (record -> field -> text)."""
        found = []
        for total in self.profile.totals:
            if total.record not in said:
                continue  # that it is not there has been told
            stated = said[total.record].get(total.field)
            counted = self.counted(total)
            if stated is None or Decimal(stated) != counted:
                code = "COUNT_MISMATCH" if total.counts else "TOTAL_MISMATCH"
                told = "nothing" if stated is None else f"{Decimal(stated):,f}"
                detail = f"{total.record} says {told}, the file has {counted:,f}."
                found.append(Problem(code, field=total.field, value=stated, detail=detail))
        return found

    def counted(self, total: Total) -> Decimal:
        """What the file has where a total says something."""
        if total.counts == "details":
            return Decimal(self.details)
        if total.counts == "details_and_header":
            return Decimal(self.details + 1)
        if total.counts == "lines":
            return Decimal(self.lines)
        value = self.sums.get((total.of or "", total.sums or "", total.negatives), Decimal(0))
        return value.quantize(Decimal("0.01")) if value == value.quantize(Decimal("0.01")) else value.normalize()
