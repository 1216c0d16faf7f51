"""People of a single file in groups: a small file at once, a large one through a spool on disk, so that memory stays bounded.

Rows may come in any order. All rows of a person come in one part; a plan of more people than fit at once has several.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from planbridge.recordkeepers.connector import Carried, DeliveryRefused, PeopleGroup, PlanFeed, WantedPlan
from planbridge.recordkeepers.delivered import DeliveredPart
from planbridge.recordkeepers.folder_files import FoundFile
from planbridge.recordkeepers.formats.canonical_spool import BucketPlan, bucket_plan, spool_folder
from planbridge.recordkeepers.profile import Profile
from planbridge.recordkeepers.profile_delivery import Piece, RowsWanted, carried_by, pieces_in, put_together

PEOPLE_AT_ONCE = 50_000  # half of a canonical delivery's: each is held twice, as read and as held, to be completed
PEOPLE, MALFORMED = "people", "malformed"


def groups_of_file(
    profile: Profile,
    file: FoundFile,
    plans: Sequence[WantedPlan],
    later: Sequence[FoundFile],
    *,
    people_max: int = PEOPLE_AT_ONCE,
) -> Iterator[PeopleGroup]:
    """The people of a file's plans; a file that contradicts itself is refused for all of them before anybody is given."""
    feeds = [feed_of(profile, file, plan, later) for plan in plans]
    wanted = [plan.external_plan_id for plan in plans]
    sizes = {plan: file.people.get(plan, 0) for plan in wanted}
    rows = RowsWanted(wanted, list(file.people), file.strays_to or min(file.people, default=""))
    carried = carried_by(profile)
    if sum(sizes.values()) <= people_max:
        try:
            part = put_together(pieces_in(file.opened, profile, rows), carried.states_all)
        except DeliveryRefused as refused:
            yield refused_group(feeds, refused)
            return
        yield PeopleGroup(tuple(feeds), [part], has_one_part=True, carried=carried)
        return
    places = places_of(sizes, people_max)
    with tempfile.TemporaryDirectory(prefix="groups-", dir=spool_folder()) as folder:
        spool = PieceSpool(Path(folder), places, carried)
        try:
            for number, piece in enumerate(pieces_in(file.opened, profile, rows)):
                spool.add(number, piece)
        except DeliveryRefused as refused:
            yield refused_group(feeds, refused)
            return
        for group in places.groups:
            chosen = tuple(feed for feed in feeds if feed.wanted.external_plan_id in group.plans)
            parts = SpooledPieces(spool, group.buckets)
            yield PeopleGroup(chosen, parts, has_one_part=len(group.buckets) == 1, carried=carried)


def feed_of(profile: Profile, file: FoundFile, plan: WantedPlan, later: Sequence[FoundFile]) -> PlanFeed:
    """What a file says of a plan beside its people."""
    return PlanFeed(
        plan,
        is_complete=profile.means_gone,
        as_of=file.as_of,
        delivered_as=file.name,
        has_more=any(one.waits_for(plan) for one in later),
        is_partial=not profile.means_gone,
    )


def refused_group(feeds: Sequence[PlanFeed], refused: DeliveryRefused) -> PeopleGroup:
    """A file that cannot be taken, for each of its plans."""
    said = [
        PlanFeed(one.wanted, as_of=one.as_of, delivered_as=one.delivered_as, problems=(refused.problem,))
        for one in feeds
    ]
    return PeopleGroup(tuple(said), ())


def places_of(sizes: Mapping[str, int], people_max: int) -> BucketPlan:
    """Plans, by how many people they have, packed into groups."""
    schema = {"plan_id": pl.String, "people": pl.Int64}
    return bucket_plan(pl.DataFrame(list(sizes.items()), schema=schema, orient="row"), people_max=people_max)


@dataclass(frozen=True)
class PieceSpool:
    """A file's pieces on disk under the number of their bucket: all rows of a person are in one."""

    folder: Path
    places: BucketPlan
    carried: Carried

    def add(self, number: int, piece: Piece) -> None:
        """Put a piece away. A table that it has is written for each of its buckets, with rows or without."""
        who = pl.col("ssn").str.replace_all(r"[^0-9]", "") if self.carried.by_ssn else pl.col("participant_id")
        keys = piece.people.select("record", pl.col("plan_id").str.strip_chars(), participant_id=who.str.strip_chars())
        placed = self.places.placed(keys).select("record", "bucket")
        unread = piece.malformed.join(self.places.places, on="plan_id", how="inner", maintain_order="left")
        unread = unread.with_columns(bucket=pl.col("first")).drop("first", "parts")
        frames = {PEOPLE: piece.people} | piece.items
        split = {
            name: by_bucket(rows.join(placed, on="record", how="inner", maintain_order="left"))
            for name, rows in frames.items()
        }
        split[MALFORMED] = by_bucket(unread)
        frames[MALFORMED] = piece.malformed
        for bucket in sorted(split[PEOPLE].keys() | split[MALFORMED].keys()):
            target = self.folder / str(bucket) / f"{number:06}"
            target.mkdir(mode=0o700, parents=True)
            for name, rows in frames.items():
                split[name].get(bucket, rows.clear()).write_ipc(target / f"{name}.arrow", compression="lz4")

    def read(self, bucket: int) -> DeliveredPart:
        """The people of one bucket."""
        folders = sorted((self.folder / str(bucket)).glob("*"))
        return put_together(map(read_piece, folders), self.carried.states_all)


def by_bucket(rows: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """Rows under the number in their column `bucket`."""
    return {
        int(bucket): piece for (bucket,), piece in rows.partition_by("bucket", as_dict=True, include_key=False).items()
    }


def read_piece(folder: Path) -> Piece:
    """What PieceSpool.add wrote of a piece for one bucket."""
    frames = {path.stem: pl.read_ipc(path) for path in folder.glob("*.arrow")}
    return Piece(frames.pop(PEOPLE), frames, frames.pop(MALFORMED))


@dataclass(frozen=True)
class SpooledPieces:
    """The parts of one group on disk, read anew each time they are gone through."""

    spool: PieceSpool
    buckets: tuple[int, ...]

    def __iter__(self) -> Iterator[DeliveredPart]:
        for bucket in self.buckets:
            yield self.spool.read(bucket)
