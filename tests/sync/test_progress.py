"""Tests of progress: told while a batch's transaction is open, and gone when the batch is done."""

from pathlib import Path
from uuid import UUID

import pytest

from planbridge.sync import progress
from planbridge.sync.models import RunProgress
from planbridge.sync.run import SyncRun
from planbridge.sync.run_page import find_progress, stages_of
from planbridge.sync.stages import Timeline
from tests.cast import everybody
from tests.syncing import sync_people, synced_plan


@pytest.fixture
def told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No batch is too short to be told of."""
    monkeypatch.setattr(progress, "SILENT_SECONDS", 0.0)
    monkeypatch.setattr(progress, "BETWEEN_SECONDS", 0.0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("told_at_once")
def test_the_stages_done_are_seen_while_the_run_is_open(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AM-5: while a run is at work its page has the stages done so far and how many plans of the batch are done."""
    plan = synced_plan(inbox, everybody())
    seen: list[tuple[list[str], int, int, int]] = []
    tell = progress.Progress.tell

    def look(self: progress.Progress, stages: list[dict[str, object]]) -> None:
        tell(self, stages)
        run = SyncRun.objects.get(plan_id=plan.pk, status="running")
        found = find_progress(run)
        assert found is not None
        names = [stage.name for stage in stages_of(run, found)]
        seen.append((names, found.people_read, found.plans_done, found.plans_in_all))

    monkeypatch.setattr(progress.Progress, "tell", look)
    sync_people(plan)
    assert seen[0][0] == ["extract"]
    assert seen[-1][0][:3] == ["extract", "recognise", "normalise"]
    assert {(done, in_all) for _, _, done, in_all in seen} == {(0, 1)}
    assert not RunProgress.objects.exists()


def test_a_short_batch_tells_nothing() -> None:
    """AM-5: a batch that is done within a second opens no connection to tell of it."""
    silent = progress.Progress(UUID(int=1), 1)
    Timeline(silent.tell).mark("extract", 1)
    assert silent.connection is None
    silent.close()
