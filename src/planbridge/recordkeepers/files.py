"""The `files` connector: canonical deliveries in a drop folder."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import (
    Check,
    ConnectorError,
    ListedPlan,
    PeopleGroup,
    PlanAnswer,
    PlanFeed,
    WantedPlan,
)
from planbridge.recordkeepers.drop_folder import (
    FolderContent,
    FoundDelivery,
    drop_folder,
    look_into,
    note_fault,
    place_of,
    put_away,
)
from planbridge.recordkeepers.folder_groups import groups_of_file
from planbridge.recordkeepers.folder_people import (
    files_for,
    note_files_read,
    plans_of_files,
    profile_of,
    with_people,
)
from planbridge.recordkeepers.folder_place import FolderKind
from planbridge.recordkeepers.folder_store import shown_host_key
from planbridge.recordkeepers.formats.canonical_csv import FileRefused
from planbridge.recordkeepers.formats.canonical_people import people_files, people_of
from planbridge.recordkeepers.formats.manifest import check_digests, check_sizes
from planbridge.recordkeepers.profile import Profile

PLANS_FILE = "plans.ndjson"


class FilesConnector:
    """Reads the drop folder of a connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def test(self) -> Iterator[Check]:
        """Whether the folder is there and may be read, and whether what lies in it is complete."""
        try:
            folder = drop_folder(self.connection)
        except ConnectorError as error:
            yield Check("folder", passed=False, said=f"{error} {shown_key(self.connection)}".strip())
            return
        place = place_of(self.connection)
        yield Check(
            "folder", passed=True, said=f"{self.connection.settings['path'] if place.is_far else folder} is there."
        )
        content = look_into(self.connection)
        for problem in content.problems:
            yield Check("deliveries", passed=False, said=problem.message)
            return
        yield Check("deliveries", passed=True, said=f"{len(content.deliveries)} complete deliveries wait.")

    def list_plans(self) -> Iterator[ListedPlan]:
        """The plans of the newest complete delivery."""
        content = look_into(self.connection)
        newest = content.newest()
        profile = profile_of(self.connection)
        if profile is not None:
            yield from plans_of_files(self.connection, profile, () if newest is None else newest.manifest.plans)
        if newest is None:
            for problem in content.problems:
                raise ConnectorError(problem)
            return
        people = {totals.plan_id: totals.participants for totals in newest.manifest.totals}
        names = {str(one.get("plan_id")): str(one.get("name") or "") for one in documents(newest.folder / PLANS_FILE)}
        for external in newest.manifest.plans:
            yield ListedPlan(external, names.get(external, ""), people.get(external))

    def read_plans(self, wanted: Sequence[WantedPlan]) -> Iterator[PlanAnswer]:
        """Each wanted plan's document from the delivery it reads next."""
        content = look_into(self.connection)
        for delivery, plans in by_delivery(content, wanted):
            if delivery is None:
                yield from (PlanAnswer(plan, problems=nothing_for(content, plan)) for plan in plans)
                continue
            try:
                found = read_documents(delivery)
            except FileRefused as refused:
                note_fault(self.connection, delivery, refused.problem)
                yield from (plan_answer(content, delivery, plan, problem=refused.problem) for plan in plans)
                continue
            for plan in plans:
                yield plan_answer(content, delivery, plan, document=found.get(plan.external_plan_id))

    def read_people(self, wanted: Sequence[WantedPlan]) -> Iterator[PeopleGroup]:
        """The wanted plans' people, delivery by delivery."""
        content = look_into(self.connection)
        profile = profile_of(self.connection)
        if profile is not None:
            content = with_people(content)
            wanted, refused = yield from self.people_of_files(profile, content, wanted)
            content = replace(content, problems=(*content.problems, *refused))
        yield from self.people_of_deliveries(content, wanted)

    def people_of_files(
        self, profile: Profile, content: FolderContent, wanted: Sequence[WantedPlan]
    ) -> Generator[PeopleGroup, None, tuple[list[WantedPlan], list[Problem]]]:
        """The same of single files; returns the plans that no file waits for, and why files were refused.

        A file that another worker archives while it is opened here was read for these plans, too: they look again.
        """
        done: set[int] = set()
        gone: set[str] = set()
        problems: list[Problem] = []
        left = list(wanted)
        while left:
            files, refused = files_for(self.connection, content, left)
            problems += refused
            left = []
            for file, plans, later in files:
                try:
                    yield from groups_of_file(profile, file, plans, later)
                except FileNotFoundError:
                    if file.digest in gone:
                        raise
                    gone.add(file.digest)
                    left += plans
                else:
                    done |= {plan.plan_id for plan in plans}
        return [plan for plan in wanted if plan.plan_id not in done], problems

    def people_of_deliveries(self, content: FolderContent, wanted: Sequence[WantedPlan]) -> Iterator[PeopleGroup]:
        """The same of canonical deliveries."""
        for delivery, plans in by_delivery(content, wanted):
            if delivery is None:
                silent = [PlanFeed(plan, has_news=False, problems=nothing_for(content, plan)) for plan in plans]
                yield PeopleGroup(tuple(silent), ())
            else:
                feeds = feeds_of(content, delivery, plans)
                refuse = partial(self.refused, delivery, feeds)
                try:
                    for group in people_groups(delivery, feeds):
                        yield replace(group, when_refused=refuse)
                except FileRefused as fault:
                    yield refuse(fault.problem)

    def refused(self, delivery: FoundDelivery, feeds: Sequence[PlanFeed], problem: Problem) -> PeopleGroup:
        """What plans get of a delivery whose files are at fault; that is remembered."""
        note_fault(self.connection, delivery, problem)
        return refused_group(feeds, problem)

    def settle(self, kind: str, read: Sequence[PlanFeed | PlanAnswer]) -> None:  # noqa: ARG002 - the protocol's
        """Put each delivery away that every plan it names has read for both syncs, or a newer one of."""
        profile = profile_of(self.connection)
        if profile is not None:
            note_files_read(self.connection, profile, [one for one in read if isinstance(one, PlanFeed)])
        for delivery in look_into(self.connection).deliveries:
            # Beside single files a delivery may have plans' documents alone.
            is_whole = profile is None or bool(people_files(delivery.manifest))
            marks = ("document_as_of", "participants_as_of") if is_whole else ("document_as_of",)
            said = read_marks(self.connection, delivery.manifest.plans, marks)
            if said and all(mark is not None and mark >= delivery.as_of for mark in said):
                put_away(self.connection, delivery, is_passed_over=any(mark > delivery.as_of for mark in said if mark))


def read_marks(connection: Connection, plans: Sequence[str], marks: Sequence[str]) -> set[datetime | None]:
    """The different values of some marks of how far plans (external ids) are read: of thousands of plans one or two."""
    found = connection.plan_set.filter(external_plan_id__in=plans)
    return {said for row in found.values_list(*marks).distinct().order_by() for said in row}


def shown_key(connection: Connection) -> str:
    """The host key that an SFTP server shows, in words for the person who has given none yet."""
    try:
        place = place_of(connection)
        if place.kind is not FolderKind.SFTP or connection.settings.get("host_key"):
            return ""
        return f"The server shows: {shown_host_key(place)}"
    except ConnectorError:
        return ""


def by_delivery(
    content: FolderContent, wanted: Sequence[WantedPlan]
) -> list[tuple[FoundDelivery | None, list[WantedPlan]]]:
    """The wanted plans under the delivery that each reads next, oldest delivery first; None: nothing new."""
    chosen: dict[Path | None, tuple[FoundDelivery | None, list[WantedPlan]]] = {}
    for plan in wanted:
        delivery = content.next_for(plan)
        chosen.setdefault(delivery.folder if delivery else None, (delivery, []))[1].append(plan)
    dated = [(delivery, plans) for delivery, plans in chosen.values() if delivery is not None]
    dated.sort(key=lambda item: item[0].as_of)
    return [*dated, *(item for item in chosen.values() if item[0] is None)]


def nothing_for(content: FolderContent, wanted: WantedPlan) -> tuple[Problem, ...]:
    """Why a plan finds nothing: what lies there cannot be taken, or no delivery has ever named the plan."""
    if content.problems:
        return content.problems
    if wanted.read_as_of is None and content.newest() is not None:
        detail = "No delivery in the drop folder names it."
        return (Problem("PLAN_NOT_FOUND", value=wanted.external_plan_id, detail=detail),)
    return ()


def documents(path: Path) -> list[dict[str, Any]]:
    """The plan documents of a file, numbers with a point as their exact text; raises FileRefused."""
    decoder = msgspec.json.Decoder(float_hook=str)
    found = []
    try:
        with path.open("rb") as file:
            for line in file:
                if line.strip():
                    found.append(decoder.decode(line))  # noqa: PERF401 - the errors name the line by how many came before
    except FileNotFoundError:
        return []
    except msgspec.DecodeError as error:
        raise FileRefused(Problem("FILE_UNREADABLE", value=path.name, detail=f"Line {len(found) + 1}.")) from error
    except UnicodeDecodeError as error:
        raise FileRefused(Problem("FILE_ENCODING", value=f"{path.name}, line {len(found) + 1}")) from error
    return [one for one in found if isinstance(one, dict)]


def read_documents(delivery: FoundDelivery) -> dict[str, dict[str, Any]]:
    """The plan documents of one delivery by the plan's id; raises FileRefused."""
    entry = delivery.manifest.file(PLANS_FILE)
    files = [entry] if entry else []
    problem = check_sizes(delivery.folder, files) or check_digests(delivery.folder, files)
    if problem is not None:
        raise FileRefused(problem)
    return {str(one.get("plan_id")): one for one in documents(delivery.folder / PLANS_FILE)}


def plan_answer(
    content: FolderContent,
    delivery: FoundDelivery,
    plan: WantedPlan,
    *,
    document: dict[str, Any] | None = None,
    problem: Problem | None = None,
) -> PlanAnswer:
    """The answer of one delivery for one plan."""
    if document is None and problem is None and delivery.manifest.file(PLANS_FILE) is not None:
        problem = Problem("PLAN_NOT_FOUND", value=plan.external_plan_id, detail=f"Not in {PLANS_FILE}.")
    return PlanAnswer(
        plan,
        document=document,
        as_of=delivery.as_of,
        delivered_as=delivery.name,
        has_more=content.has_more(plan, delivery),
        problems=(problem,) if problem else (),
    )


def people_groups(delivery: FoundDelivery, feeds: Sequence[PlanFeed]) -> Iterator[PeopleGroup]:
    """The groups of one delivery; raises FileRefused when its files are not as its manifest says."""
    problem = check_sizes(delivery.folder, people_files(delivery.manifest))
    if problem is not None:
        raise FileRefused(problem)
    yield from people_of(delivery.folder, delivery.manifest, feeds)


def feeds_of(content: FolderContent, delivery: FoundDelivery, plans: Sequence[WantedPlan]) -> list[PlanFeed]:
    """What one delivery says of the plans beside their people."""
    totals = {one.plan_id: one.as_control_totals() for one in delivery.manifest.totals}
    return [
        PlanFeed(
            plan,
            is_complete=not plan.participants,
            as_of=delivery.as_of,
            delivered_as=delivery.name,
            has_more=content.has_more(plan, delivery),
            totals=None if plan.participants else totals.get(plan.external_plan_id),
        )
        for plan in plans
    ]


def refused_group(feeds: Sequence[PlanFeed], problem: Problem) -> PeopleGroup:
    """A delivery that cannot be taken, for each of its plans."""
    refused = [
        PlanFeed(feed.wanted, as_of=feed.as_of, delivered_as=feed.delivered_as, problems=(problem,)) for feed in feeds
    ]
    return PeopleGroup(tuple(refused), ())
