"""Reads a file by its profile: parts of people in bounded memory, a problem for each row that could not be read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import DeliveryRefused
from planbridge.recordkeepers.formats.excel import sheet_rows
from planbridge.recordkeepers.formats.lines import BLOCK_BYTES, check_size
from planbridge.recordkeepers.formats.ofx import read_statements
from planbridge.recordkeepers.formats.row_problems import no_row_problems
from planbridge.recordkeepers.profile import Profile, Record
from planbridge.recordkeepers.profile_fields import Read, read_fields
from planbridge.recordkeepers.profile_people import People, no_contributions, people_of_records
from planbridge.recordkeepers.profile_records import FirstLines, Rows, rows_of_delimited, rows_of_fixed, rows_of_sheet
from planbridge.recordkeepers.profile_spool import person_spool
from planbridge.recordkeepers.profile_totals import Tally
from planbridge.recordkeepers.profile_unread import unread_fields

LINES = pl.Schema({"line": pl.UInt64(), "raw": pl.String()})
NAMED = pl.Schema({"line": pl.UInt64(), "plan_id": pl.String()})


@dataclass(frozen=True)
class ReadPart:
    """Some people of a file, and what could not be read: `refused` has `line`, `raw`, `plan_id` of each row put aside.

    `plan_id` is null where the row does not say it. `contributions`: record, source, amount of one payday. `problems`: line, code, field, value, refuses, as text.
    """

    people: pl.DataFrame
    items: dict[str, pl.DataFrame]
    contributions: pl.DataFrame
    problems: pl.DataFrame
    refused: pl.DataFrame
    records: int


@dataclass
class FileReading:
    """One file and its profile; `parts` goes through it, after which the other members say how it went.

    `records`: details in the file, of which `refused` could not be read. `closing`: what its trailer contradicts, which
    refuses the file as a whole. `unread`: columns or tags that nothing takes.
    """

    path: Path
    profile: Profile
    block_bytes: int = BLOCK_BYTES
    needs_plan: bool = False  # whether whoever names no plan is put aside, as in a delivery; a trial shows them
    records: int = 0
    refused: int = 0
    unread: tuple[str, ...] = ()
    closing: tuple[Problem, ...] = ()
    said: dict[str, dict[str, str | None]] = field(default_factory=dict)

    def parts(self) -> Iterator[ReadPart]:
        """The people, part by part, each person in one; raises FileRefused for a file that cannot be taken as it is."""
        self.records, self.refused, self.closing, self.said = 0, 0, (), {}
        check_size(self.path, self.profile.megabytes_max)
        parts = self.statement_parts() if self.profile.format == "ofx" else self.record_parts()
        for part in parts:
            self.records += part.records
            self.refused += part.refused.height
            yield part

    def trusted_parts(self) -> Iterator[ReadPart]:
        """The same, but raises DeliveryRefused at the end when the file's own trailer contradicts it."""
        yield from self.parts()
        for problem in self.closing:
            raise DeliveryRefused(problem)

    def statement_parts(self) -> Iterator[ReadPart]:
        """The parts of an OFX file."""
        unread: set[str] = set()
        for statements in read_statements(self.path, self.profile, needs_plan=self.needs_plan):
            unread |= statements.unread
            self.unread = tuple(sorted(unread))
            yield ReadPart(
                statements.part.people, statements.part.items, no_contributions(), statements.problems,
                statements.refused, statements.count,
            )  # fmt: skip

    def record_parts(self) -> Iterator[ReadPart]:
        """The parts of a file of records."""
        profile = self.profile
        tally, first = Tally(profile), FirstLines()
        with person_spool(profile, self.path.stat().st_size, self.block_bytes) as spool:
            for rows in self.blocks(first):
                self.said |= {name: rows.first_of(name, profile) for name in rows.stated}
                self.unread = unread_fields(profile, first.names)
                tally.lines, tally.details = rows.lines_so_far, tally.details + rows.details
                sound, problems, named = self.sound_of(rows, tally)
                if spool is not None:
                    spool.add(sound)
                people = people_of_records(profile, () if spool else sound, self.said_of_all())
                yield part_of(people, rows, problems, named)
            for spooled in spool.people(self.said_of_all()) if spool else ():
                yield part_of(spooled)
        missing = [
            Problem("FILE_TRUNCATED", value=self.path.name, detail=f"Its last record, {one.name}, is not there.")
            for one in profile.records
            if one.role == "trailer" and one.name not in self.said
        ]
        self.closing = (*missing, *tally.compare(self.said))

    def blocks(self, first: FirstLines) -> Iterator[Rows]:
        """The file's rows under their kinds of records."""
        if self.profile.format == "excel":
            return rows_of_sheet(sheet_rows(self.path, self.profile.layout.sheet), self.profile, first)
        if self.profile.format == "fixed_width":
            return rows_of_fixed(self.path, self.profile, self.block_bytes)
        return rows_of_delimited(self.path, self.profile, first, self.block_bytes)

    def sound_of(
        self, rows: Rows, tally: Tally
    ) -> tuple[list[tuple[Record, pl.DataFrame]], pl.DataFrame, pl.DataFrame]:
        """The rows of a block that could be read, by kind of record; the problems of all; line and plan_id of the others."""
        read: list[tuple[Record, Read]] = []
        for record, own in rows.by_record:
            one = read_fields(self.profile, record, own)
            tally.add(record.name, one.rows)
            read.append((record, one))
        problems = pl.concat([rows.problems, *(one.all_problems() for _, one in read)])
        bad = problems.filter("refuses").select("line").unique()
        sound = [
            (record, one.rows.join(bad, on="line", how="anti", maintain_order="left") if bad.height else one.rows)
            for record, one in read
        ]
        named = [self.plans_named(record, one.rows.join(bad, on="line", how="semi")) for record, one in read]
        return sound, problems.sort("line", maintain_order=True), pl.concat([pl.DataFrame(schema=NAMED), *named])

    def plans_named(self, record: Record, rows: pl.DataFrame) -> pl.DataFrame:
        """Line and plan_id of rows, null where they do not say their plan."""
        name = next((one.name for one in record.fields if one.into == "plan_id"), None)
        said = pl.lit(self.said_of_all().get("plan_id"), pl.String)
        plan = pl.coalesce(pl.col(name), said) if name in rows.columns else said
        return rows.select(pl.col("line").cast(pl.UInt64), plan_id=plan.str.strip_chars())

    def said_of_all(self) -> dict[str, str]:
        """What a header says of every record: column of the census to text."""
        values = {name: text for fields in self.said.values() for name, text in fields.items() if text is not None}
        return {column: values[name] for column, name in self.profile.from_header.items() if name in values}


def part_of(
    people: People,
    rows: Rows | None = None,
    problems: pl.DataFrame | None = None,
    named: pl.DataFrame | None = None,
) -> ReadPart:
    """People as a part of a file, with the block that they, or the problems, are of. `named`: line, plan_id."""
    problems = no_row_problems() if problems is None else problems
    raw = pl.DataFrame(schema=LINES) if rows is None else rows.raw
    bad = problems.filter("refuses").select("line").unique()
    refused = raw.join(bad, on="line", how="semi", maintain_order="left") if bad.height else raw.clear()
    plans = pl.DataFrame(schema=NAMED) if named is None else named
    refused = refused.join(plans, on="line", how="left", maintain_order="left")
    details = 0 if rows is None else rows.details
    return ReadPart(people.part.people, people.part.items, people.contributions, problems, refused, details)
