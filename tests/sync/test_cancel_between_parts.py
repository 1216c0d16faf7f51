"""A large plan comes in parts; canceled meanwhile, its run ends between two of them, and other plans go on."""

from pathlib import Path

import pytest

from planbridge.recordkeepers.formats import canonical_people, canonical_spool
from planbridge.sync import judgement, participant_sync
from planbridge.sync.decide import cancel_run
from planbridge.sync.run import RunKind, SyncRun
from tests.cast import changed, crowd, deliver, plan_document
from tests.syncing import added_plan, codes, connected, counts, done, statuses

LARGE, SMALL = "900100", "900200"
LARGE_PEOPLE, PART_PEOPLE = 40, 10


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of ten people instead of 100,000."""
    monkeypatch.setattr(canonical_people, "PEOPLE_AT_ONCE", PART_PEOPLE)
    monkeypatch.setattr(canonical_spool, "PEOPLE_A_GROUP", PART_PEOPLE)


@pytest.mark.django_db
@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("is_canceled", [False, True])
def test_a_canceled_run_stops_before_the_next_part(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, *, is_canceled: bool
) -> None:
    """AM-6: canceled while its first part is judged, a plan of several parts reads no other, and nothing is applied."""
    connection = connected(inbox)
    people = [changed(one, plan_id=LARGE) for one in crowd(LARGE_PEOPLE)]
    people += [changed(one, plan_id=SMALL) for one in crowd(3)]
    deliver(inbox, people, plans=[plan_document(plan_id=name) for name in (LARGE, SMALL)])
    plans = [added_plan(connection, name) for name in (LARGE, SMALL)]
    done(plans, RunKind.PLAN)
    judged: list[int] = []
    judge = judgement.judge

    def judge_and_cancel(*given: object, **named: object) -> object:
        judged.append(1)
        run = SyncRun.objects.get(plan_id=plans[0].pk, kind=RunKind.PARTICIPANTS)
        if is_canceled and run.cancel_requested_by == "":
            cancel_run(run.id, actor="ada")
        return judge(*given, **named)  # type: ignore[arg-type] # passed on as it came

    monkeypatch.setattr(participant_sync, "judge", judge_and_cancel)
    large, small = done(plans, RunKind.PARTICIPANTS)
    assert (small.status, len(statuses(plans[1]))) == ("successful", 3)
    if is_canceled:
        assert (large.status, codes(large), counts(large)) == ("canceled", ["RUN_CANCELED"], (0, 0, 0, 0, 0))
        assert (len(judged), statuses(plans[0])) == (2, {})
    else:
        assert (large.status, len(statuses(plans[0]))) == ("successful", LARGE_PEOPLE)
        assert len(judged) > 3
