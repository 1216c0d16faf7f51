"""A drop folder: which deliveries lie there, which are complete, and which one a plan reads next."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connection import Connection, Delivery, DeliveryState
from planbridge.recordkeepers.connector import FixSettings, WantedPlan
from planbridge.recordkeepers.formats.manifest import Manifest, read_manifest

ARCHIVE = "archive"
REFUSED = "refused"


@dataclass(frozen=True)
class FoundDelivery:
    """A complete delivery: its folder, manifest, the manifest's SHA-256, and whether its files were found at fault."""

    folder: Path
    manifest: Manifest
    digest: str
    is_faulty: bool = False

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


def drop_folder(connection: Connection) -> Path:
    """The connection's folder; raises FixSettings when it cannot be read."""
    folder = Path(str(connection.settings.get("path", "")))
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
            and path.name not in {ARCHIVE, REFUSED}
        ):
            yield path


def look_into(connection: Connection) -> FolderContent:
    """Look what lies in a connection's folder; duplicates and deliveries out of order are moved to refused/."""
    folder = drop_folder(connection)
    faulty = known_faults(connection)
    found, problems = [], []
    for path in subfolders(folder):
        manifest, digest, problem = read_manifest(path)
        if manifest is None or problem is not None:
            problems.append(problem or Problem("MANIFEST_INVALID", value=path.name))
            continue
        delivery = FoundDelivery(path, manifest, digest, is_faulty=(path.name, digest) in faulty)
        refusal = refuse_repeated(connection, delivery) or refuse_late(connection, delivery)
        if not path.is_dir() and refusal is None:
            continue  # another worker moved it meanwhile
        if refusal is None:
            found.append(delivery)
        else:
            problems.append(refusal)
    found.sort(key=lambda one: (one.as_of, one.folder.name))
    return FolderContent(tuple(found), tuple(problems), lambda: newest_archived(connection, folder))


def known_faults(connection: Connection) -> set[tuple[str, str]]:
    """Name and digest of the waiting deliveries whose files were found at fault."""
    waiting = Delivery.objects.filter(connection=connection, state=DeliveryState.WAITING).exclude(problem_code="")
    return set(waiting.values_list("name", "digest"))


def note_fault(connection: Connection, delivery: FoundDelivery, problem: Problem) -> None:
    """Remember that a delivery's files are at fault, so that it does not stand in the way of newer ones."""
    rows = Delivery.objects.filter(connection=connection, name=delivery.folder.name, digest=delivery.digest)
    rows.update(problem_code=problem.code)


def refuse_repeated(connection: Connection, delivery: FoundDelivery) -> Problem | None:
    """Refuse a delivery that all have read and that lies there again; its row goes on saying that it was read."""
    name = delivery.folder.name
    read = Delivery.objects.filter(connection=connection, name=name, digest=delivery.digest)
    # A folder that another worker is just archiving is gone before its row says so.
    if not read.filter(state=DeliveryState.ARCHIVED).exists() or not delivery.folder.is_dir():
        return None
    move_aside(delivery.folder, REFUSED)
    return Problem("FILE_DUPLICATE", value=name, detail=f"It was read before, and lies in {ARCHIVE}/ already.")


def refuse_late(connection: Connection, delivery: FoundDelivery) -> Problem | None:
    """Remember a delivery seen for the first time; refuse the content of an earlier one, or one older than any read."""
    seen = Delivery.objects.filter(connection=connection)
    name = delivery.folder.name
    if seen.filter(name=name, digest=delivery.digest).exclude(state=DeliveryState.REFUSED).exists():
        return None
    newest_read = seen.filter(state=DeliveryState.ARCHIVED).order_by("-as_of").first()
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
        move_aside(delivery.folder, REFUSED)
    return problem


def newest_archived(connection: Connection, folder: Path) -> FoundDelivery | None:
    """The newest delivery in the archive that is still there."""
    for row in Delivery.objects.filter(connection=connection, state=DeliveryState.ARCHIVED).order_by("-as_of")[:3]:
        path = folder / ARCHIVE / row.name
        manifest, digest, problem = read_manifest(path)
        if manifest is not None and problem is None:
            return FoundDelivery(path, manifest, digest)
    return None


def put_away(connection: Connection, delivery: FoundDelivery, *, is_passed_over: bool) -> None:
    """Move a delivery that nobody waits for any more to archive/, and remember it.

    One whose files are at fault, and that somebody passed over for a newer one, goes to refused/ with its reason.
    """
    is_refused = delivery.is_faulty and is_passed_over
    move_aside(delivery.folder, REFUSED if is_refused else ARCHIVE)
    Delivery.objects.filter(connection=connection, name=delivery.folder.name, digest=delivery.digest).update(
        state=DeliveryState.REFUSED if is_refused else DeliveryState.ARCHIVED
    )


def move_aside(folder: Path, into: str) -> None:
    """Move a delivery's folder into a folder beside it; one of the same name that lies there makes way."""
    target = folder.parent / into / folder.name
    target.parent.mkdir(exist_ok=True)
    if target.exists():
        shutil.rmtree(target)
    try:
        folder.rename(target)
    except FileNotFoundError:
        return  # another worker moved it first
