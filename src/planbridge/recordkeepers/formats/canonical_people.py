"""People of a canonical delivery, in groups of plans: small deliveries at once, large ones through a spool on disk."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import polars as pl

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import PeopleGroup, PlanFeed
from planbridge.recordkeepers.delivered import Delivered, DeliveredPart
from planbridge.recordkeepers.formats.canonical_csv import (
    PEOPLE_FILE,
    REQUIRED_COLUMNS,
    REQUIRED_FILES,
    CsvPeople,
    FileRefused,
    check_lines,
    read_table,
)
from planbridge.recordkeepers.formats.canonical_json import people_from_lines
from planbridge.recordkeepers.formats.canonical_spool import spooled_groups
from planbridge.recordkeepers.formats.manifest import Manifest, ManifestFile, check_digests

PEOPLE_AT_ONCE = 120_000
READERS = 2  # files read at once: one reader leaves half of two cores idle
PEOPLE_NDJSON = "participants.ndjson"


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
        yield from spooled_groups(folder, manifest, feeds)
        return
    chosen = {person for feed in feeds for person in feed.wanted.participants}
    reading = WholeReading(partial(read_checked, folder, manifest, frozenset(f.wanted.external_plan_id for f in feeds)))
    if chosen:
        part = reading.people()
        yield PeopleGroup(tuple(with_absent(feeds, part)), [only(part.numbered(None), chosen)], has_one_part=True)
    else:
        yield PeopleGroup(tuple(feeds), reading, has_one_part=True)


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
    """All people of a small delivery; of CSV only those of some plans."""
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
        read = list(pool.map(read_table, [folder / entry.name for entry in entries]))
    is_part = not plans.issuperset(manifest.plans)
    for entry, table in zip(entries, read, strict=True):
        check_count(entry, table.rows.height)
        wanted = pl.col("plan_id").str.strip_chars().is_in(list(plans))
        tables[entry.name] = table.rows.filter(wanted) if is_part else table.rows
        unknown += table.unknown
    return CsvPeople.of(tables, tuple(unknown))


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


def only(part: DeliveredPart, chosen: set[str]) -> DeliveredPart:
    """The part with the chosen participants only."""
    people = part.people.filter(pl.col("participant_id").is_in(list(chosen)))
    records = people.select("record")
    items = {
        table: rows.join(records, on="record", how="semi", maintain_order="left") for table, rows in part.items.items()
    }
    orphans = part.orphans.filter(pl.col("participant_id").is_in(list(chosen)))
    return DeliveredPart(people, items, orphans, part.unknown_fields, part.malformed)


def with_absent(feeds: Sequence[PlanFeed], part: Delivered) -> Iterator[PlanFeed]:
    """Feeds of chosen participants with PARTICIPANT_NOT_FOUND for those the delivery does not have."""
    for feed in feeds:
        if not feed.wanted.participants:
            yield feed
            continue
        there = set(
            part.keyed_people.filter(pl.col("plan_id") == feed.wanted.external_plan_id)["participant_id"].to_list()
        )
        absent = tuple(
            Problem("PARTICIPANT_NOT_FOUND", participant_id=person)
            for person in feed.wanted.participants
            if person not in there
        )
        yield PlanFeed(
            feed.wanted,
            is_complete=False,
            as_of=feed.as_of,
            delivered_as=feed.delivered_as,
            has_more=feed.has_more,
            problems=absent,
        )
