"""Two workers that look into one drop folder at the same time, and notes that one of them could not finish."""

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from planbridge.plans.models import Plan
from planbridge.recordkeepers import files, folder_files, packed_deliveries
from planbridge.recordkeepers.connector import PeopleGroup, WantedPlan
from planbridge.recordkeepers.folder_copies import copy_file, files_in_folder
from planbridge.recordkeepers.folder_files import FoundFile, all_who_read, archive_file, look_for_files
from planbridge.recordkeepers.folder_groups import groups_of_file
from planbridge.recordkeepers.folder_opening import digest_of
from planbridge.recordkeepers.folder_people import profile_of
from planbridge.recordkeepers.profile import Profile
from planbridge.recordkeepers.settled_files import settled_files
from tests.cast import ada, bea, crowd, deliver, plan_document
from tests.packing import files_of, layout_file, packed, rate, set_up
from tests.syncing import counts, problems, sync_people, sync_plan, synced_plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@pytest.mark.parametrize("note", [".looked.json", "opened.json"])
@pytest.mark.parametrize("left", ["", '["a'])
def test_a_note_that_was_cut_off_is_written_anew(plan: Plan, inbox: Path, home: Path, note: str, left: str) -> None:
    """RK-3: What a machine that went down has left of a note about files stops no later sync."""
    packed(inbox, "a zip", files_of(deliver(inbox, crowd(3), plans=[plan_document()])), bytes)
    assert sync_plan(plan).status == "successful"
    [path] = home.rglob(note)
    path.write_text(left)
    run = sync_people(Plan.objects.get(pk=plan.pk))
    assert (run.status, counts(run)) == ("successful", (3, 3, 0, 0, 0)), problems(run)


def test_two_workers_copy_a_file_one_after_the_other(plan: Plan, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RK-3: Workers that find one file at the same time never write into one another's half; the second takes the first's copy."""
    (inbox / "both.csv").write_bytes(b"plan,ssn\n" * 1000)
    [found] = files_in_folder(plan.connection)
    begun: list[str] = []
    real = shutil.copy2

    def slowly(source: Path, target: Path) -> None:
        begun.append(str(target))
        time.sleep(0.3)
        real(source, target)

    monkeypatch.setattr(shutil, "copy2", slowly)
    with ThreadPoolExecutor(2) as workers:
        copies = list(workers.map(lambda _: copy_file(plan.connection, found), range(2)))
    assert len(begun) == 1
    assert [copy.read_bytes() for copy in copies] == [b"plan,ssn\n" * 1000] * 2


@pytest.mark.parametrize("when", ["it is copied", "its copy is looked at"])
@pytest.mark.parametrize("name", ["gone.zip", "gone.csv"])
def test_a_file_that_another_worker_put_away_is_none_of_ours(
    plan: Plan, inbox: Path, monkeypatch: pytest.MonkeyPatch, name: str, when: str
) -> None:
    """RK-3: A file that leaves the folder while it is taken up is left out, and what else lies there is read."""
    deliver(inbox, crowd(3), plans=[plan_document()])
    assert sync_plan(plan).status == "successful"
    set_up(plan, profile="ascensus-360", source_codes={"401K": "PRE"})
    (inbox / name).write_bytes(b"RecordType,PlanId\n")
    real = shutil.copy2

    def too_late(source: Path, target: Path) -> None:
        source.unlink()
        real(source, target)

    def taken(copy: Path) -> str:
        (inbox / name).unlink()
        copy.unlink()
        return digest_of(copy)

    if when == "it is copied":
        monkeypatch.setattr(shutil, "copy2", too_late)
    else:
        monkeypatch.setattr(folder_files, "digest_of", taken)
        monkeypatch.setattr(packed_deliveries, "digest_of", taken)
    run = sync_people(Plan.objects.get(pk=plan.pk))
    assert not (inbox / name).exists()
    assert (run.status, counts(run)) == ("successful", (3, 3, 0, 0, 0)), problems(run)


def test_two_workers_note_what_they_saw(plan: Plan, inbox: Path) -> None:
    """RK-3: Many looks into one folder at the same time all find its settled files."""
    for number in range(20):
        (inbox / f"file{number}.csv").write_bytes(b"plan,ssn\n" * number)

    def look(_: int) -> int:
        return len(settled_files(plan.connection, lambda name: name.endswith(".csv")))

    with ThreadPoolExecutor(8) as workers:
        assert set(workers.map(look, range(400))) == {20}


def of_rates(inbox: Path) -> Plan:
    """A plan of Ada and Bea, synced, whose folder has files of changed rates now."""
    made = synced_plan(inbox, [ada(), bea()])
    sync_people(Plan.objects.get(pk=made.pk))
    set_up(made, profile="ascensus-360", source_codes={"401K": "PRE"})
    return Plan.objects.get(pk=made.pk)


def test_a_file_that_is_archived_while_it_is_opened_was_read_by_others(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RK-3: A run whose file another worker archives just then goes on to the next file, and does not fail."""
    plan = of_rates(inbox)
    for name, percent, second in (("a.csv", "9", 100), ("b.csv", "8", 200)):
        (inbox / name).write_bytes(layout_file(rate(ada()["ssn"], percent)))
        os.utime(inbox / name, (1_800_000_000 + second,) * 2)
    seen: list[str] = []

    def too_late(
        profile: Profile, file: FoundFile, plans: Sequence[WantedPlan], later: Sequence[FoundFile]
    ) -> Iterator[PeopleGroup]:
        if not seen:
            archive_file(plan.connection, file.name, file.digest, file.as_of)
        seen.append(file.name)
        return groups_of_file(profile, file, plans, later)

    monkeypatch.setattr(files, "groups_of_file", too_late)
    run = sync_people(plan)
    assert (run.status, run.delivered_as, counts(run)) == ("successful", "b.csv", (1, 1, 0, 0, 0)), problems(run)
    assert seen == ["a.csv", "b.csv"]
    assert [path.name for path in inbox.glob("*.csv")] == []


def test_two_workers_remember_their_plans_of_one_file(inbox: Path) -> None:
    """RK-3: Workers that read a file for different plans at one time forget neither; a forgotten one would read it again, after newer ones."""
    plan = of_rates(inbox)
    (inbox / "a.csv").write_bytes(layout_file(rate(ada()["ssn"], "9")))
    profile = profile_of(plan.connection)
    assert profile is not None
    [[file], _] = look_for_files(plan.connection, profile)  # as both saw it
    all_who_read(plan.connection, file, [plan.pk])
    assert all_who_read(plan.connection, file, [plan.pk + 1]) == {plan.pk, plan.pk + 1}
