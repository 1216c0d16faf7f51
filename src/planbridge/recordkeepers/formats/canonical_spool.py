"""The spool: a large delivery split on disk into groups of whole plans, so that memory stays bounded.

Rows may come in any order. A plan of more people than fit at once is split by participant into several parts. What
names no plan goes along with the first group, and the feeds of the others say that they may miss somebody for it. The
spool is private to its owner and is removed when the reading ends.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import polars as pl
from django.conf import settings
from polars.exceptions import ComputeError

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import PeopleGroup, PlanFeed
from planbridge.recordkeepers.delivered import Delivered
from planbridge.recordkeepers.formats.canonical_csv import (
    PEOPLE_FILE,
    REQUIRED_COLUMNS,
    CsvPeople,
    FileRefused,
    check_cells,
    check_lines,
    columns_of,
    in_contract_order,
    read_header,
    refusal,
    unknown_columns,
)
from planbridge.recordkeepers.formats.canonical_json import people_from_lines
from planbridge.recordkeepers.formats.canonical_json_record import malformed
from planbridge.recordkeepers.formats.manifest import Manifest, check_digests

PEOPLE_A_GROUP = 100_000
ROWS_A_BATCH = 200_000
LINE_BYTES_A_BATCH = 64 << 20
PEOPLE_NDJSON = "participants.ndjson"
FIRST_BUCKET = 0  # of the first group
NO_PLAN = ""
KEYS = {"plan_id": pl.String, "participant_id": pl.String}


@dataclass(frozen=True)
class SpooledParts:
    """The parts of one group on disk, read anew each time they are gone through."""

    folder: Path
    buckets: tuple[int, ...]
    tables: tuple[str, ...]
    unknown: tuple[str, ...]

    def __iter__(self) -> Iterator[Delivered]:
        for bucket in self.buckets:
            yield self.read(bucket)

    def read(self, bucket: int) -> Delivered:
        """One bucket as a part."""
        if self.tables == (PEOPLE_NDJSON,):
            lines = read_bucket(self.folder, PEOPLE_NDJSON, bucket)
            return people_from_lines([line.encode() for line in lines["line"].to_list()], plan_ids=None)
        tables = {
            name: in_contract_order(name, read_bucket(self.folder, name, bucket).drop("bucket", strict=False))
            for name in self.tables
        }
        return CsvPeople.of(tables, self.unknown)


def read_bucket(folder: Path, name: str, bucket: int) -> pl.DataFrame:
    """A bucket's rows of one file."""
    pieces = sorted((folder / name / str(bucket)).glob("*.arrow"))
    if not pieces:
        return pl.DataFrame(schema=dict.fromkeys(("line",) if name == PEOPLE_NDJSON else columns_of(name), pl.String))
    return pl.concat([pl.read_ipc(piece) for piece in pieces])


def spooled_groups(folder: Path, manifest: Manifest, feeds: Sequence[PlanFeed]) -> Iterator[PeopleGroup]:
    """The groups of a large delivery; raises FileRefused before any group is given."""
    tables = (
        (PEOPLE_NDJSON,)
        if manifest.file(PEOPLE_NDJSON)
        else tuple(name for name in REQUIRED_COLUMNS if manifest.file(name))
    )
    problem = check_digests(folder, [one for one in manifest.files if one.name in tables])
    if problem is not None:
        raise FileRefused(problem)
    spool = Path(tempfile.mkdtemp(prefix="spool-", dir=spool_folder()))
    try:
        unknown = tuple(
            name
            for table in tables
            if table != PEOPLE_NDJSON
            for name in unknown_columns(table, read_header(folder / table))
        )
        wanted = {feed.wanted.external_plan_id for feed in feeds}
        plan = bucket_plan(count_people(folder, tables, wanted))
        planless = 0
        for table in tables:
            spooled = (
                spool_lines(folder, spool, plan) if table == PEOPLE_NDJSON else spool_csv(folder / table, spool, plan)
            )
            check_rows(manifest, table, spooled.rows)
            planless += spooled.planless
        absent = frozenset(feed.wanted.external_plan_id for feed in feeds) - plan.plans
        groups = [*plan.groups, *([Group(absent, ())] if absent else [])]
        for number, group in enumerate(groups):
            chosen = tuple(
                replace(feed, may_miss=planless > 0 and number > 0)
                for feed in feeds
                if feed.wanted.external_plan_id in group.plans
            )
            buckets = group.buckets or ((FIRST_BUCKET,) if planless and number == 0 else ())
            yield PeopleGroup(chosen, SpooledParts(spool, buckets, tables, unknown) if buckets else ())
            for bucket in buckets:
                for table in tables:
                    shutil.rmtree(spool / table / str(bucket), ignore_errors=True)
    finally:
        shutil.rmtree(spool, ignore_errors=True)


def spool_folder() -> Path:
    """Where spools lie: private to the installation."""
    folder = Path(settings.PLANBRIDGE_HOME) / "spool"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def check_rows(manifest: Manifest, table: str, rows: int) -> None:
    """Raises FileRefused when a file does not hold as many rows as the manifest says."""
    entry = manifest.file(table)
    if entry is not None and rows != entry.rows:
        detail = f"The manifest says {entry.rows:,} rows, the file has {rows:,}."
        raise FileRefused(Problem("COUNT_MISMATCH", value=table, detail=detail))


class Spooled(NamedTuple):
    """What a file held: all its rows, and those of them that name no plan."""

    rows: int
    planless: int


@dataclass(frozen=True)
class Group:
    """Plans worked on together, and the buckets that hold their people."""

    plans: frozenset[str]
    buckets: tuple[int, ...]


@dataclass(frozen=True)
class BucketPlan:
    """Which bucket a person's rows go to: `places` has plan_id, first (bucket) and parts (how many).

    What names no plan goes to the first bucket, as it is.
    """

    groups: tuple[Group, ...]
    places: pl.DataFrame

    @property
    def plans(self) -> frozenset[str]:
        """All plans that have people."""
        return frozenset(self.places["plan_id"].to_list())

    def placed(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of the wanted plans and of none, with their bucket."""
        planless = pl.DataFrame([(NO_PLAN, FIRST_BUCKET, 1)], schema=self.places.schema, orient="row")
        places = pl.concat([self.places, planless])
        placed = rows.join(places, left_on=trimmed_plan(), right_on="plan_id", how="inner", maintain_order="left")
        part = pl.col("participant_id").str.strip_chars().fill_null("").hash(seed=0) % pl.col("parts")
        return placed.with_columns(bucket=pl.col("first") + part.cast(pl.Int64)).drop("first", "parts")


def trimmed_plan() -> pl.Expr:
    """The plan id of a row without blanks around it; NO_PLAN where it has none."""
    return pl.col("plan_id").str.strip_chars().fill_null(NO_PLAN)


def planless_rows(rows: pl.DataFrame) -> int:
    """How many rows name no plan."""
    return int(rows.select((trimmed_plan() == NO_PLAN).sum()).item())


def bucket_plan(people: pl.DataFrame, *, people_max: int | None = None) -> BucketPlan:
    """Plans (plan_id, people) packed into groups of about `people_max` people (100,000); a larger plan gets several."""
    people_max = people_max or PEOPLE_A_GROUP
    groups: list[Group] = []
    rows: list[tuple[str, int, int]] = []
    members: list[str] = []
    size = bucket = 0
    for plan_id, count in people.sort("people", descending=True).iter_rows():
        if count > people_max:
            parts = -(-count // people_max)
            groups.append(Group(frozenset([plan_id]), tuple(range(bucket, bucket + parts))))
            rows.append((plan_id, bucket, parts))
            bucket += parts
            continue
        if members and size + count > people_max:
            groups.append(Group(frozenset(members), (bucket,)))
            bucket, members, size = bucket + 1, [], 0
        members.append(plan_id)
        size += count
        rows.append((plan_id, bucket, 1))
    if members:
        groups.append(Group(frozenset(members), (bucket,)))
    schema = {"plan_id": pl.String, "first": pl.Int64, "parts": pl.UInt64}
    return BucketPlan(tuple(groups), pl.DataFrame(rows, schema=schema, orient="row"))


def count_people(folder: Path, tables: Sequence[str], wanted: set[str]) -> pl.DataFrame:
    """plan_id and people of the wanted plans."""
    plan = pl.col("plan_id").str.strip_chars()
    if PEOPLE_NDJSON in tables:
        counted = [
            keys.group_by(plan).len() for keys in (keys_of(block) for block in line_blocks(folder / PEOPLE_NDJSON))
        ]
        sums = pl.concat(counted).group_by("plan_id").agg(people=pl.col("len").sum())
    else:
        names = read_header(folder / PEOPLE_FILE)
        rows = pl.scan_csv(folder / PEOPLE_FILE, infer_schema=False, with_column_names=lambda _: names)
        try:
            sums = rows.group_by(plan).agg(people=pl.len()).collect(engine="streaming")
        except ComputeError as error:
            raise FileRefused(refusal(folder / PEOPLE_FILE, str(error))) from error
    return sums.filter(pl.col("plan_id").is_in(list(wanted)))


def spool_csv(path: Path, spool: Path, plan: BucketPlan) -> Spooled:
    """Split a CSV file into buckets; answers its rows, wanted or not."""
    names = read_header(path)
    rows = planless = 0
    try:
        batches = pl.scan_csv(path, infer_schema=False, with_column_names=lambda _: names).collect_batches(
            chunk_size=ROWS_A_BATCH, maintain_order=True, engine="streaming"
        )
        for number, batch in enumerate(batches):
            rows += batch.height
            planless += planless_rows(batch)
            check_cells(path, batch)
            write_buckets(spool / path.name, number, plan.placed(batch))
    except ComputeError as error:
        raise FileRefused(refusal(path, str(error))) from error
    return Spooled(rows, planless)


def line_blocks(path: Path) -> Iterator[pl.Series]:
    """A file's lines in blocks of about 64 MB; raises FileRefused where they are not UTF-8."""
    with path.open("rb") as file:
        while lines := file.readlines(LINE_BYTES_A_BATCH):
            try:
                text = [line.decode("utf-8") for line in lines if line.strip()]
            except UnicodeDecodeError as error:
                raise FileRefused(refusal(path, "utf")) from error
            check_lines(path.name, lines)
            yield pl.Series("line", text, dtype=pl.String)


def keys_of(lines: pl.Series) -> pl.DataFrame:
    """plan_id and participant_id of each line, as far as they can be told; a line that is cut off names its plan, too."""
    try:
        return lines.str.json_decode(pl.Struct(KEYS)).struct.unnest()
    except ComputeError:
        told = [malformed(line.encode(), None) for line in lines.to_list()]
        return pl.DataFrame([(one.plan_id, one.participant_id) for one in told], schema=KEYS, orient="row")


def spool_lines(folder: Path, spool: Path, plan: BucketPlan) -> Spooled:
    """Split an NDJSON file into buckets; answers its lines, wanted or not."""
    rows = planless = 0
    for number, lines in enumerate(line_blocks(folder / PEOPLE_NDJSON)):
        rows += len(lines)
        keyed = keys_of(lines).with_columns(lines)
        planless += planless_rows(keyed)
        write_buckets(spool / PEOPLE_NDJSON, number, plan.placed(keyed).select("line", "bucket"))
    return Spooled(rows, planless)


def write_buckets(folder: Path, number: int, rows: pl.DataFrame) -> None:
    """Write one batch's rows to their buckets."""
    for (bucket,), piece in rows.partition_by("bucket", as_dict=True, include_key=False).items():
        target = folder / str(bucket)
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        piece.write_ipc(target / f"{number:06}.arrow", compression="lz4")
