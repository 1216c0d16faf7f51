"""People of a canonical delivery, in groups of plans: small deliveries at once, large ones through a spool on disk."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import PeopleGroup, PlanFeed
from planbridge.recordkeepers.delivered import Delivered, DeliveredPart
from planbridge.recordkeepers.formats.canonical_csv import (
    KEY,
    PEOPLE_FILE,
    REQUIRED_COLUMNS,
    REQUIRED_FILES,
    CsvPeople,
    CsvTable,
    FileRefused,
    check_lines,
    keyed,
    read_table,
)
from planbridge.recordkeepers.formats.canonical_json import people_from_lines
from planbridge.recordkeepers.formats.canonical_spool import spooled_groups
from planbridge.recordkeepers.formats.manifest import Manifest, ManifestFile, check_digests

PEOPLE_AT_ONCE = 120_000
READERS = 2  # files read at once: one reader leaves half of two cores idle
PEOPLE_NDJSON = "participants.ndjson"
BETWEEN = "\x1f"  # the two ids of a person


def people_files(manifest: Manifest) -> list[ManifestFile]:
    """The files of a delivery that hold people."""
    return [one for one in manifest.files if one.name == PEOPLE_NDJSON or one.name in REQUIRED_COLUMNS]


def people_of(folder: Path, manifest: Manifest, feeds: Sequence[PlanFeed]) -> Iterator[PeopleGroup]:
    """The people of the feeds' plans, chosen participants only where a feed names them; raises FileRefused."""
    names = {one.name for one in people_files(manifest)}
    if PEOPLE_NDJSON not in names:
        for name in REQUIRED_FILES:
            if name not in names:
                detail = "The manifest does not name it."
                raise FileRefused(Problem("FILE_INCOMPLETE", value=name, detail=detail))
    census = manifest.file(PEOPLE_NDJSON) or manifest.file(PEOPLE_FILE)
    if census is not None and census.rows > PEOPLE_AT_ONCE:
        for group in spooled_groups(folder, manifest, feeds):
            yield with_chosen(group)
        return
    reading = WholeReading(partial(read_checked, folder, manifest, frozenset(f.wanted.external_plan_id for f in feeds)))
    yield with_chosen(PeopleGroup(tuple(feeds), reading, has_one_part=True))


class WholeReading:
    """The one part of a small delivery, read beside whatever else is done until it is wanted [0.1 s of 100,000 people]."""

    def __init__(self, read: Callable[[], Delivered]) -> None:
        pool = ThreadPoolExecutor(1)
        self._people = pool.submit(read)
        pool.shutdown(wait=False)

    def people(self) -> Delivered:
        """The part; raises FileRefused."""
        return self._people.result()

    def __iter__(self) -> Iterator[Delivered]:
        yield self.people()


def read_checked(folder: Path, manifest: Manifest, plans: frozenset[str]) -> Delivered:
    """All people of a small delivery whose files are as its manifest says; raises FileRefused."""
    with ThreadPoolExecutor(1) as pool:  # digests go along with parsing: both leave the interpreter alone
        digests = pool.submit(check_digests, folder, people_files(manifest), threads=1)
        part = read_whole(folder, manifest, plans)
        problem = digests.result()
    if problem is not None:
        raise FileRefused(problem)
    return part


def read_whole(folder: Path, manifest: Manifest, plans: frozenset[str]) -> Delivered:
    """All people of a small delivery; of CSV only those of some plans, and what names no plan."""
    census = manifest.file(PEOPLE_NDJSON)
    if census is not None:
        content = (folder / PEOPLE_NDJSON).read_bytes()
        check_encoding(PEOPLE_NDJSON, content)
        lines = [line for line in content.split(b"\n") if line.strip()]
        check_count(census, len(lines))
        check_lines(PEOPLE_NDJSON, lines)
        return people_from_lines(lines, plan_ids=None)
    tables: dict[str, pl.DataFrame] = {}
    unknown: list[str] = []
    entries = people_files(manifest)
    with ThreadPoolExecutor(READERS) as pool:
        # The largest first: begun last, it would leave the other reader with nothing to do.
        largest_first = sorted(entries, key=lambda entry: -entry.bytes)
        reading = {entry.name: pool.submit(read_keyed, folder / entry.name) for entry in largest_first}
    read = [reading[entry.name].result() for entry in entries]
    is_part = not plans.issuperset(manifest.plans)
    for entry, table in zip(entries, read, strict=True):
        check_count(entry, table.rows.height)
        wanted = pl.col("plan_id").str.strip_chars().fill_null("").is_in(["", *plans])
        tables[entry.name] = table.rows.filter(wanted) if is_part else table.rows
        unknown += table.unknown
    return CsvPeople(tables, tuple(unknown))


def read_keyed(path: Path) -> CsvTable:
    """A whole file as read_table gives it, its rows with their person_key; raises FileRefused."""
    table = read_table(path)
    return replace(table, rows=keyed(table.rows))


def check_encoding(name: str, content: bytes) -> None:
    """Raises FileRefused for text that is not UTF-8: a record of it would have no plan that could be told of it."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileRefused(Problem("FILE_ENCODING", value=f"{name}, line {line}")) from error


def check_count(entry: ManifestFile, rows: int) -> None:
    """Raises FileRefused when a file does not hold as many rows as the manifest says."""
    if rows != entry.rows:
        detail = f"The manifest says {entry.rows:,} rows, the file has {rows:,}."
        raise FileRefused(Problem("COUNT_MISMATCH", value=entry.name, detail=detail))


def with_chosen(group: PeopleGroup) -> PeopleGroup:
    """The group with the chosen participants only, where a feed names them, and the feeds with those who are absent."""
    if not any(feed.wanted.participants for feed in group.feeds):
        return group
    chosen = is_chosen(group.feeds)
    parts = [only(part.numbered(None), chosen) for part in group.parts]
    return replace(group, feeds=tuple(with_absent(group.feeds, parts)), parts=parts)


def is_chosen(feeds: Sequence[PlanFeed]) -> pl.Expr:
    """Whether a row is of a chosen participant, or of a plan of which everybody is wanted."""
    plan, person = (pl.col(name).str.strip_chars() for name in KEY)
    whole = [feed.wanted.external_plan_id for feed in feeds if not feed.wanted.participants]
    picked = [f"{feed.wanted.external_plan_id}{BETWEEN}{one}" for feed in feeds for one in feed.wanted.participants]
    return plan.is_in(whole) | pl.concat_str(plan, person, separator=BETWEEN).is_in(picked)


def only(part: DeliveredPart, chosen: pl.Expr) -> DeliveredPart:
    """The part with the chosen participants only."""
    people = part.people.filter(chosen)
    records = people.select("record")
    items = {
        table: rows.join(records, on="record", how="semi", maintain_order="left") for table, rows in part.items.items()
    }
    return DeliveredPart(people, items, part.orphans.filter(chosen), part.unknown_fields, part.malformed)


def with_absent(feeds: Sequence[PlanFeed], parts: Sequence[DeliveredPart]) -> Iterator[PlanFeed]:
    """Feeds of chosen participants with PARTICIPANT_NOT_FOUND for those the delivery does not have."""
    keys = (part.people.select(pl.col(KEY).str.strip_chars()) for part in parts)
    delivered = {key for rows in keys for key in rows.iter_rows()}
    for feed in feeds:
        if not feed.wanted.participants:
            yield feed
            continue
        absent = tuple(
            Problem("PARTICIPANT_NOT_FOUND", participant_id=person)
            for person in feed.wanted.participants
            if (feed.wanted.external_plan_id, person) not in delivered
        )
        yield PlanFeed(
            feed.wanted,
            is_complete=False,
            as_of=feed.as_of,
            delivered_as=feed.delivered_as,
            has_more=feed.has_more,
            problems=absent,
        )
