"""A drop folder: which deliveries lie there, which are complete, and which one a plan reads next."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from django.db.models import QuerySet

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connection import Connection, Delivery, DeliveryState
from planbridge.recordkeepers.connector import ConnectorError, DeliveryRefused, FixSettings, WantedPlan
from planbridge.recordkeepers.folder_copies import kept_name, move_file
from planbridge.recordkeepers.folder_mirror import (
    drop_copies,
    drop_unused,
    fetch_archived,
    fetch_folder,
    mirror_folder,
    move_far,
    send_folder,
    send_reason,
)
from planbridge.recordkeepers.folder_place import FolderPlace, folder_place
from planbridge.recordkeepers.formats.manifest import MANIFEST, Manifest, read_manifest
from planbridge.recordkeepers.packed_deliveries import Package, archived_folder, is_package, packages_in, plain_folder
from planbridge.recordkeepers.profile_choice import chosen_profile
from planbridge.recordkeepers.refused_files import refuse_file

ARCHIVE = "archive"
REFUSED = "refused"
SUBMISSIONS = "submissions"


@dataclass(frozen=True)
class FoundDelivery:
    """A complete delivery: where its plain files are, manifest, the manifest's SHA-256, whether its files are at fault.

    `lies_at`: what lies in the drop folder, which is the folder itself unless that is packed or encrypted.
    """

    folder: Path
    manifest: Manifest
    digest: str
    is_faulty: bool = False
    opened_from: Path | None = None

    @property
    def lies_at(self) -> Path:
        """The folder or file that was delivered."""
        return self.opened_from or self.folder

    @property
    def name(self) -> str:
        """The name under which it was delivered."""
        return self.lies_at.name

    @cached_property
    def plans(self) -> frozenset[str]:
        """The ids of the plans it names."""
        return frozenset(self.manifest.plans)

    @property
    def as_of(self) -> datetime:
        """The moment its data describe."""
        return self.manifest.as_of


@dataclass(frozen=True)
class FolderContent:
    """What lies in a drop folder: deliveries by as_of, problems of what cannot be taken, the newest archived one."""

    deliveries: tuple[FoundDelivery, ...]
    problems: tuple[Problem, ...]
    find_archived: Callable[[], FoundDelivery | None]  # seldom needed, and its manifest may be large

    @cached_property
    def archived(self) -> FoundDelivery | None:
        """The newest archived delivery that is still there."""
        return self.find_archived()

    def next_for(self, wanted: WantedPlan) -> FoundDelivery | None:
        """The oldest delivery with this plan that is newer than what was read of it.

        One whose files were found at fault is passed over as soon as a newer one lies there; until then it is tried
        again, for its files may have been mended. A plan of which nothing was ever read also finds itself in the newest
        archived delivery.
        """
        unread = [one for one in self.waiting_for(wanted) if wanted.external_plan_id in one.plans]
        sound = [one for one in unread if not one.is_faulty]
        if unread:
            return sound[0] if sound else unread[-1]
        if wanted.read_as_of is None and self.archived and wanted.external_plan_id in self.archived.plans:
            return self.archived
        return None

    def waiting_for(self, wanted: WantedPlan) -> list[FoundDelivery]:
        """The deliveries newer than what was read of this plan, oldest first."""
        return [one for one in self.deliveries if wanted.read_as_of is None or one.as_of > wanted.read_as_of]

    def has_more(self, wanted: WantedPlan, after: FoundDelivery) -> bool:
        """Whether a later delivery with this plan waits."""
        return any(one.as_of > after.as_of and wanted.external_plan_id in one.plans for one in self.deliveries)

    def newest(self) -> FoundDelivery | None:
        """The newest complete delivery, archived ones included."""
        return self.deliveries[-1] if self.deliveries else self.archived


def place_of(connection: Connection) -> FolderPlace:
    """Where the connection's folder lies; raises FixSettings when its setting names no place."""
    try:
        return folder_place(connection.settings)
    except ValueError as error:
        raise FixSettings(Problem("RK_UNREACHABLE", detail=str(error))) from error


def drop_folder(connection: Connection) -> Path:
    """The connection's folder, or its copy brought up to date when it is far; raises ConnectorError."""
    place = place_of(connection)
    if place.is_far:
        return fetch_folder(connection)
    folder = Path(place.path)
    if not folder.is_dir():
        detail = f"The drop folder {folder} is not there or may not be read; the operator checks the connection's path."
        raise FixSettings(Problem("RK_UNREACHABLE", detail=detail))
    return folder


def subfolders(folder: Path) -> Iterator[Path]:
    """The delivery folders in a folder, by name; links and hidden ones are left alone."""
    for path in sorted(folder.iterdir()):
        if (
            path.is_dir()
            and not path.is_symlink()
            and not path.name.startswith(".")
            and path.name not in {ARCHIVE, REFUSED, SUBMISSIONS}
        ):
            yield path


def look_into(connection: Connection) -> FolderContent:
    """Look what lies in a connection's folder; duplicates and deliveries out of order are moved to refused/."""
    folder = drop_folder(connection)
    drop_unused(mirror_folder(connection), now=time.time())
    faulty = known_faults(connection)
    found: list[FoundDelivery] = []
    packages, problems = packed_in(connection, folder)
    for one in (*delivered_in(connection, folder), *packages):
        if isinstance(one, Problem):
            problems.append(one)
            continue
        delivery = replace(one, is_faulty=(one.name, one.digest) in faulty)
        refusal = refuse_repeated(connection, delivery) or refuse_late(connection, delivery)
        if not delivery.folder.is_dir() and refusal is None:
            continue  # another worker moved it meanwhile
        if refusal is None:
            found.append(delivery)
        else:
            problems.append(refusal)
    found.sort(key=lambda one: (one.as_of, one.name))
    return FolderContent(tuple(found), tuple(problems), lambda: newest_archived(connection, folder))


def delivered_in(connection: Connection, folder: Path) -> Iterator[FoundDelivery | Problem]:
    """The deliveries that lie there as folders, files in them plain or encrypted, and why others are none."""
    for path in subfolders(folder):
        try:
            plain = plain_folder(connection, path)
        except DeliveryRefused as refused:
            yield refused.problem
        except FileNotFoundError:
            continue  # another worker moved it meanwhile
        else:
            yield read_delivery(plain, path)


def read_delivery(plain: Path, lies_at: Path) -> FoundDelivery | Problem:
    """The delivery whose plain files are in a folder, or what is wrong with its manifest."""
    manifest, digest, problem = read_manifest(plain)
    if manifest is None or problem is not None:
        return problem or Problem("MANIFEST_INVALID", value=lies_at.name)
    return FoundDelivery(plain, manifest, digest, opened_from=None if plain == lies_at else lies_at)


def packed_in(connection: Connection, folder: Path) -> tuple[list[FoundDelivery], list[Problem]]:
    """The deliveries that lie there each in one file; one that cannot be taken goes to refused/ with its reason.

    Where single files of a layout lie beside them, a file that holds no delivery is one of those.
    """
    found, problems = [], []
    has_profile = chosen_profile(connection) is not None
    for one, opened in packages_in(connection):
        detail = f"There is no {MANIFEST} in it."
        held = opened or Problem("FILE_INCOMPLETE", value=one.name, detail=detail)
        if isinstance(held, Package):
            read = read_delivery(held.folder, folder / one.name)
            if isinstance(read, FoundDelivery):
                found.append(read)
                continue
            held = read
        elif has_profile:
            continue
        refuse_file(connection, one, held)
        problems.append(held)
    return found, problems


def known_faults(connection: Connection) -> set[tuple[str, str]]:
    """Name and digest of the waiting deliveries whose files were found at fault."""
    waiting = Delivery.objects.filter(connection=connection, state=DeliveryState.WAITING).exclude(problem_code="")
    return set(waiting.values_list("name", "digest"))


def note_fault(connection: Connection, delivery: FoundDelivery, problem: Problem) -> None:
    """Remember that a delivery's files are at fault, so that it does not stand in the way of newer ones."""
    rows = Delivery.objects.filter(connection=connection, name=delivery.name, digest=delivery.digest)
    rows.update(problem_code=problem.code)


def refuse_repeated(connection: Connection, delivery: FoundDelivery) -> Problem | None:
    """Refuse a delivery that all have read and that lies there again; its row goes on saying that it was read."""
    name = delivery.name
    read = Delivery.objects.filter(connection=connection, name=name, digest=delivery.digest)
    # A folder that another worker is just archiving is gone before its row says so.
    if not read.filter(state=DeliveryState.ARCHIVED).exists() or not delivery.folder.is_dir():
        return None
    problem = Problem("FILE_DUPLICATE", value=name, detail=f"It was read before, and lies in {ARCHIVE}/ already.")
    put_aside(connection, delivery, REFUSED, reason=problem)
    return problem


def refuse_late(connection: Connection, delivery: FoundDelivery) -> Problem | None:
    """Remember a delivery seen for the first time; refuse the content of an earlier one, or one older than any read."""
    seen = Delivery.objects.filter(connection=connection)
    name = delivery.name
    if seen.filter(name=name, digest=delivery.digest).exclude(state=DeliveryState.REFUSED).exists():
        return None
    newest_read = archived_deliveries(connection).first()
    earlier = seen.filter(digest=delivery.digest).exclude(name=name).exclude(state=DeliveryState.REFUSED).first()
    problem = None
    if earlier is not None:
        problem = Problem("FILE_DUPLICATE", value=name, detail=f"It has the content of {earlier.name}.")
    elif newest_read is not None and newest_read.as_of and delivery.as_of <= newest_read.as_of:
        detail = f"It is as of {delivery.as_of:%Y-%m-%d %H:%M}; {newest_read.as_of:%Y-%m-%d %H:%M} was read before."
        problem = Problem("FILE_OUT_OF_ORDER", value=name, detail=detail)
    Delivery.objects.update_or_create(
        connection=connection,
        name=name,
        digest=delivery.digest,
        defaults={
            "as_of": delivery.as_of,
            "state": DeliveryState.REFUSED if problem else DeliveryState.WAITING,
            "problem_code": problem.code if problem else "",
        },
    )
    if problem is not None:
        put_aside(connection, delivery, REFUSED, reason=problem)
    return problem


def archived_deliveries(connection: Connection) -> QuerySet[Delivery]:
    """The archived deliveries, newest first; single files (which plans have read one by one) are not among them."""
    rows = Delivery.objects.filter(connection=connection, state=DeliveryState.ARCHIVED, read_by=[])
    return rows.order_by("-as_of")


def newest_archived(connection: Connection, folder: Path) -> FoundDelivery | None:
    """The newest delivery in the archive that is still there."""
    for row in archived_deliveries(connection)[:3]:
        if is_package(row.name):
            plain = archived_folder(connection, row)
            read = read_delivery(plain, folder / ARCHIVE / row.name) if plain else None
            if isinstance(read, FoundDelivery):
                return read
            continue
        path = folder / ARCHIVE / row.name
        if not path.is_dir() and place_of(connection).is_far:
            fetch_archived(connection, row.name)
        with suppress(DeliveryRefused, FileNotFoundError):
            read = read_delivery(plain_folder(connection, path), path)
            if isinstance(read, FoundDelivery):
                return read
    return None


def put_away(connection: Connection, delivery: FoundDelivery, *, is_passed_over: bool) -> None:
    """Move a delivery that nobody waits for any more to archive/, and remember it.

    One whose files are at fault, and that somebody passed over for a newer one, goes to refused/ with its reason.
    """
    is_refused = delivery.is_faulty and is_passed_over
    rows = Delivery.objects.filter(connection=connection, name=delivery.name, digest=delivery.digest)
    code = rows.values_list("problem_code", flat=True).first() if is_refused else None
    reason = Problem(code, value=delivery.name) if code else None
    put_aside(connection, delivery, REFUSED if is_refused else ARCHIVE, reason=reason)
    rows.update(state=DeliveryState.REFUSED if is_refused else DeliveryState.ARCHIVED)


def put_aside(connection: Connection, delivery: FoundDelivery, into: str, *, reason: Problem | None = None) -> None:
    """Move what was delivered into a folder beside it, and remove the plain copy of what was packed or encrypted."""
    if is_package(delivery.name) and not delivery.lies_at.is_dir():
        kept_as = kept_name(delivery.name, delivery.as_of)
        move_file(connection, delivery.name, into, kept_as=kept_as, reason=reason)
    else:
        move_aside(connection, delivery.lies_at, into, reason=reason)
    if delivery.opened_from is not None:
        shutil.rmtree(delivery.folder.parent, ignore_errors=True)


def move_aside(connection: Connection, folder: Path, into: str, *, reason: Problem | None = None) -> None:
    """Move a delivery's folder into a folder beside it, `reason` in words next to it; one of its name makes way."""
    is_far = place_of(connection).is_far
    if is_far:
        move_far(connection, folder.name, into)
    target = folder.parent / into / folder.name
    target.parent.mkdir(exist_ok=True)
    if target.exists():
        shutil.rmtree(target)
    with suppress(FileNotFoundError):  # another worker moved it first
        folder.rename(target)
    if is_far:
        drop_copies(target.parent, but=[folder.name] if into == ARCHIVE else [])
    if reason is not None:
        write_reason(connection, target, reason)


def write_reason(connection: Connection, target: Path, reason: Problem) -> None:
    """Say beside what was refused why: <name>.reason.txt."""
    text = f"{reason.code}: {reason.message}\n"
    if place_of(connection).is_far:
        send_reason(connection, f"{target.parent.name}/{target.name}.reason.txt", text)
        return
    target.with_name(f"{target.name}.reason.txt").write_text(text, encoding="utf-8")


def submissions_folder(connection: Connection) -> Path:
    """Where batches of submissions are written: in the folder itself, or in the copy of a far one; raises ConnectorError."""
    folder = mirror_folder(connection) if place_of(connection).is_far else drop_folder(connection)
    return folder / SUBMISSIONS


def send_batch(connection: Connection, batch: Path, name: str) -> None:
    """Send a written batch to a far folder under its name; one that was not sent is removed. Raises ConnectorError."""
    if not place_of(connection).is_far:
        return
    try:
        send_folder(connection, batch, f"{SUBMISSIONS}/{name}")
    except ConnectorError:
        shutil.rmtree(batch, ignore_errors=True)
        raise
