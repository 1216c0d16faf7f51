"""Single files of a layout in a drop folder: which lie there whole, what they hold, and which one a plan reads next."""

import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connection import Connection, Delivery, DeliveryState
from planbridge.recordkeepers.connector import ConnectorError, DeliveryRefused, WantedPlan
from planbridge.recordkeepers.folder_copies import FileInFolder, copy_file, is_gone, kept_name, move_file
from planbridge.recordkeepers.folder_mirror import alone_in, mirror_folder, read_note, write_note
from planbridge.recordkeepers.folder_opening import bare_name, decrypted_name, digest_of
from planbridge.recordkeepers.formats.manifest import MANIFEST
from planbridge.recordkeepers.open_pgp_keys import opening_keys
from planbridge.recordkeepers.packed_deliveries import open_once, opened_folder
from planbridge.recordkeepers.profile import Profile
from planbridge.recordkeepers.profile_delivery import people_by_plan
from planbridge.recordkeepers.refused_files import refuse_file
from planbridge.recordkeepers.settled_files import settled_files


@dataclass(frozen=True)
class FoundFile:
    """A whole file: its name in the folder, the plain files in it, its digest, its moment, people by plan, and who read it.

    `strays_to`: the plan with which rows are counted that could not be read nor told whose they are.
    """

    name: str
    opened: tuple[Path, ...]
    digest: str
    as_of: datetime
    people: Mapping[str, int]
    read_by: frozenset[int]
    strays_to: str = ""

    @property
    def plans(self) -> frozenset[str]:
        """The plans that it names."""
        return frozenset(self.people)

    def waits_for(self, wanted: WantedPlan) -> bool:
        """Whether a plan has yet to read it."""
        return wanted.external_plan_id in self.plans and wanted.plan_id not in self.read_by


def look_for_files(connection: Connection, profile: Profile) -> tuple[list[FoundFile], list[Problem]]:
    """The whole files of a profile, oldest first, and why others were refused; raises ConnectorError.

    A file counts as whole when two looks at it say the same. One that cannot be taken goes to refused/ with its reason.
    """
    found, problems = [], []
    for one in settled_files(connection, lambda name: is_of_profile(profile, name) or may_hold(profile, name)):
        try:
            file = found_file(connection, profile, one)
        except DeliveryRefused as refused:
            if is_gone(connection, one):  # one that is just being archived is no duplicate of itself
                continue
            refuse_file(connection, one, refused.problem)
            problems.append(refused.problem)
            continue
        except (ConnectorError, FileNotFoundError):  # another worker, maybe of another machine, was first
            if not is_gone(connection, one):
                raise
            continue
        if file is not None:
            found.append(file)
    return found, problems


def may_hold(profile: Profile, name: str) -> bool:
    """Whether a file may be a zip of the profile's files: its own name says nothing then, but that it is no test."""
    is_test = any(re.fullmatch(pattern, bare_name(name), re.IGNORECASE) for pattern in profile.file_names.test)
    return not is_test and decrypted_name(name).casefold().endswith(".zip")


def is_of_profile(profile: Profile, name: str) -> bool:
    """Whether a name is one of the profile's for live files; its names for tests are left alone."""
    bare = bare_name(name)
    if any(re.fullmatch(pattern, bare, re.IGNORECASE) for pattern in profile.file_names.test):
        return False
    live = profile.file_names.live
    return not live or any(re.fullmatch(pattern, bare, re.IGNORECASE) for pattern in live)


def found_file(connection: Connection, profile: Profile, one: FileInFolder) -> FoundFile | None:
    """A settled file, copied, opened and looked through; None for one that holds nothing of the profile, or nobody.

    One of nobody - a header alone - is archived at once; it is not remembered, for the next such file is the same.
    Raises DeliveryRefused, ConnectorError.
    """
    bytes_max = profile.megabytes_max << 20
    if one.bytes > bytes_max:
        detail = f"It has {one.bytes:,} bytes; the profile allows {profile.megabytes_max:,} MiB."
        raise DeliveryRefused(Problem("FILE_TOO_LARGE", value=one.name, detail=detail))
    copy = copy_file(connection, one)
    digest = digest_of(copy)
    refuse_repeated_file(connection, one.name, digest)
    files = files_of_profile(profile, one, open_once(connection, copy, opening_keys(connection), bytes_max=bytes_max))
    if not files:
        return None
    # Another profile, or version of it, may find other plans in the same files.
    note = opened_folder(connection, digest) / f"{profile.digest}.json"
    people: dict[str, int] | None = read_note(note)
    if people is None:
        people = sum((people_by_plan(file, profile) for file in files), Counter[str]())
        with alone_in(mirror_folder(connection)):
            write_note(note, people)
    if not people:
        archive_file(connection, one.name, digest, one.changed_at)
        return None
    row, _ = Delivery.objects.get_or_create(
        connection=connection, name=one.name, digest=digest, defaults={"as_of": one.changed_at}
    )
    known = connection.plan_set.filter(external_plan_id__in=people).values_list("external_plan_id", flat=True)
    strays_to = min(known, default="")
    return FoundFile(one.name, tuple(files), digest, one.changed_at, people, frozenset(row.read_by), strays_to)


def files_of_profile(profile: Profile, one: FileInFolder, files: Sequence[Path]) -> list[Path]:
    """Which of the plain files of a file are the profile's: by their names in a zip, else by its own.

    None of them where it holds a canonical delivery.
    """
    if any(file.name == MANIFEST for file in files):
        return []
    named = [file for file in files if is_of_profile(profile, file.name)]
    return named or (list(files) if is_of_profile(profile, one.name) else [])


def refuse_repeated_file(connection: Connection, name: str, digest: str) -> None:
    """Raises DeliveryRefused for content that was delivered before, under this name or another."""
    same = Delivery.objects.filter(connection=connection, digest=digest).exclude(state=DeliveryState.REFUSED)
    if same.filter(state=DeliveryState.ARCHIVED).exists() or same.exclude(name=name).exists():
        earlier = same.exclude(name=name).first() or same.get(name=name)
        raise DeliveryRefused(Problem("FILE_DUPLICATE", value=name, detail=f"It has the content of {earlier.name}."))


def note_read(connection: Connection, profile: Profile, read: Mapping[str, Sequence[int]]) -> None:
    """Remember which plans read which files, by name; one that all its plans have read is archived. Raises ConnectorError."""
    if not read:
        return
    for file in look_for_files(connection, profile)[0]:
        if file.name not in read:
            continue
        known = connection.plan_set.filter(external_plan_id__in=file.plans).values_list("pk", flat=True)
        if set(known) <= all_who_read(connection, file, read[file.name]):
            archive_file(connection, file.name, file.digest, file.as_of)
            rows = Delivery.objects.filter(connection=connection, name=file.name, digest=file.digest)
            rows.update(state=DeliveryState.ARCHIVED)


def all_who_read(connection: Connection, file: FoundFile, plan_ids: Sequence[int]) -> set[int]:
    """Remember that these plans read a file; answers all that did.

    Workers that read it for other plans remember theirs at the same moment: a plan that is forgotten would read it once
    more, after newer ones.
    """
    with transaction.atomic():
        row = Delivery.objects.select_for_update().get(connection=connection, name=file.name, digest=file.digest)
        row.read_by = sorted({*row.read_by, *plan_ids})
        row.save(update_fields=["read_by"])
    return set(row.read_by)


def archive_file(connection: Connection, name: str, digest: str, changed_at: datetime) -> None:
    """Move a file to archive/ and remove what was opened of it; raises ConnectorError."""
    move_file(connection, name, "archive", kept_as=kept_name(name, changed_at), reason=None)
    with alone_in(mirror_folder(connection)):
        shutil.rmtree(opened_folder(connection, digest), ignore_errors=True)
