"""People out of single files of a layout: the feeds of the plans that a file names, and what it carries of each person."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace as dataclass_replace

from msgspec.structs import replace

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import Carried, ListedPlan, PlanFeed, WantedPlan
from planbridge.recordkeepers.drop_folder import FolderContent
from planbridge.recordkeepers.folder_files import FoundFile, is_of_profile, look_for_files, note_read
from planbridge.recordkeepers.formats.canonical_people import people_files
from planbridge.recordkeepers.profile import Profile
from planbridge.recordkeepers.profile_choice import chosen_profile
from planbridge.recordkeepers.profile_delivery import carried_by


def profile_of(connection: Connection) -> Profile | None:
    """The layout of the single files in a connection's folder; None where it has canonical deliveries alone."""
    profile = chosen_profile(connection)
    return None if profile is None else with_source_codes(profile, connection.settings.get("source_codes") or {})


def with_source_codes(profile: Profile, codes: Mapping[str, str]) -> Profile:
    """The profile with the plans' own codes for kinds of money that the files call otherwise."""
    sources = {text: replace(one, source=codes.get(text, one.source)) for text, one in profile.sources.items()}
    return replace(profile, sources=sources)


def plans_of_files(connection: Connection, profile: Profile, known: Collection[str]) -> Iterator[ListedPlan]:
    """The plans that single files name and no delivery does; raises ConnectorError."""
    files, _ = look_for_files(connection, profile)
    for plan in sorted({plan for file in files for plan in file.plans} - set(known)):
        yield ListedPlan(plan, "", None)


def carried_of_file(connection: Connection, delivered_as: str) -> Carried | None:
    """What a single file of the connection had of people whose ids are known by now; None for whole deliveries."""
    profile = profile_of(connection)
    if profile is None or not is_of_profile(profile, delivered_as):
        return None
    return dataclass_replace(carried_by(profile), by_ssn=False)


def files_for(
    connection: Connection, content: FolderContent, wanted: Sequence[WantedPlan]
) -> tuple[list[tuple[FoundFile, list[WantedPlan], list[FoundFile]]], tuple[Problem, ...]]:
    """The files that plans read next, each with those plans and the files after it, and why others were refused.

    A plan reads what came first, file or delivery. People picked by hand are sought in deliveries only.
    """
    profile = profile_of(connection)
    if profile is None:
        return [], ()
    found, problems = look_for_files(connection, profile)
    chosen: dict[str, tuple[FoundFile, list[WantedPlan], list[FoundFile]]] = {}
    for plan in wanted:
        waiting = [one for one in found if one.waits_for(plan)]
        delivery = content.next_for(plan)
        if plan.participants or not waiting or (delivery is not None and delivery.as_of < waiting[0].as_of):
            continue
        chosen.setdefault(waiting[0].name, (waiting[0], [], waiting[1:]))[1].append(plan)
    return sorted(chosen.values(), key=lambda one: (one[0].as_of, one[0].name)), tuple(problems)


def with_people(content: FolderContent) -> FolderContent:
    """The content without deliveries that have plans' documents alone, as there are beside single files."""
    kept = tuple(one for one in content.deliveries if people_files(one.manifest))
    archived = content.archived
    found = archived if archived is not None and people_files(archived.manifest) else None
    return FolderContent(kept, content.problems, lambda: found)


def note_files_read(connection: Connection, profile: Profile, read: Sequence[PlanFeed]) -> None:
    """Remember which plans read which files; raises ConnectorError."""
    by_name: dict[str, list[int]] = {}
    for feed in read:
        by_name.setdefault(feed.delivered_as, []).append(feed.wanted.plan_id)
    note_read(connection, profile, by_name)
