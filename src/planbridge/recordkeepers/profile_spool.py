"""A large file of several rows a person, split on disk by person: whose rows stand far apart is put together all the same.

The spool is private to its owner and is removed when the reading ends.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from django.conf import settings

from planbridge.recordkeepers.formats.canonical_spool import spool_folder
from planbridge.recordkeepers.profile import Profile, Record
from planbridge.recordkeepers.profile_people import People, people_of_records


@dataclass
class PersonSpool:
    """Sound rows under the number of their bucket: all rows of a person are in one."""

    profile: Profile
    folder: Path
    buckets: int
    blocks: int = 0

    def add(self, sound: Sequence[tuple[Record, pl.DataFrame]]) -> None:
        """Put away the sound rows of a block, by kind of record (each with `line`)."""
        for number, (record, rows) in enumerate(sound):
            name = next(one.name for one in record.fields if one.into == self.profile.key)
            bucket = pl.col(name).fill_null("").hash(seed=0) % self.buckets
            pieces = rows.with_columns(bucket=bucket).partition_by("bucket", as_dict=True, include_key=False)
            for (place,), piece in pieces.items():
                target = self.folder / str(place)
                target.mkdir(mode=0o700, exist_ok=True)
                piece.write_ipc(target / f"{number}-{self.blocks:06}.arrow", compression="lz4")
        self.blocks += 1

    def people(self, said: dict[str, str]) -> Iterator[People]:
        """The people of each bucket; `said`: what a header says of all of them."""
        for target in sorted(self.folder.iterdir()):
            read = [
                (record, pl.concat([pl.read_ipc(piece) for piece in pieces]))
                for number, record in enumerate(self.profile.details)
                if (pieces := sorted(target.glob(f"{number}-*.arrow")))
            ]
            shutil.rmtree(target)
            yield people_of_records(self.profile, read, said)


@contextmanager
def person_spool(profile: Profile, file_bytes: int, block_bytes: int) -> Iterator[PersonSpool | None]:
    """A spool for a file of more than one block whose people have several rows; None for any other file."""
    if profile.rows_per_person == "one" or profile.format == "excel" or file_bytes <= block_bytes:
        yield None
        return
    home = spool_folder() if settings.configured else None
    with tempfile.TemporaryDirectory(prefix="people-", dir=home) as folder:
        yield PersonSpool(profile, Path(folder), -(-file_bytes // block_bytes))
