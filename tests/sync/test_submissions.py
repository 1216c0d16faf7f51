"""Submissions over the Recordkeeper API: written for good, delivered once and in order, followed until the data show them."""

from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from planbridge.activity.entry import ActivityEntry
from planbridge.recordkeepers.connection import Connection
from planbridge.sync.request import SyncOptions
from planbridge.sync.submission import SubmissionAttempt
from planbridge.sync.submission_book import end_interrupted, moved, write_moves
from planbridge.sync.submission_states import Event, State
from planbridge.sync.submission_wish import (
    WishRefused,
    allocation_wish,
    beneficiaries_wish,
    name_wish,
    opt_out_wish,
    rate_wish,
)
from planbridge.sync.submissions import (
    attempts_of,
    find_submission,
    pending_of,
    request_due_deliveries,
    retry_submission,
)
from tests.simulator_process import Simulator, start_simulator
from tests.sync.submitting import PERSON, PLAN, again, age, deliver_now, held, rest_plan, states, submitted
from tests.syncing import sync_people

pytestmark = pytest.mark.django_db
# How long a silent recordkeeper is waited for; one that answers does so long before.
SILENT_SECONDS = 2.0


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    """A simulator of one plan, for one test."""
    with start_simulator(tmp_path, plans=1, people=8) as running:
        yield running


def rate(percent: str, source: str = "PRE") -> object:
    """A wish for a percent of pay."""
    return rate_wish(source, percent=Decimal(percent))


def at_recordkeeper(simulator: Simulator) -> dict[str, int]:
    """The simulator's submissions by status."""
    found = simulator.get("/admin/state").json()["submissions"]
    assert isinstance(found, dict)
    return found


def verbs(person: str = PERSON) -> list[str]:
    """What the Activity Monitor says of a participant's submissions, oldest first."""
    rows = ActivityEntry.objects.filter(participant_id=person, verb__startswith="submission").order_by("happened_at")
    return [f"{row.verb} {row.status}" for row in rows]


def test_from_wish_to_confirmed(simulator: Simulator) -> None:
    """SB-1, SB-2, PT-11: a wish is requested, accepted, and confirmed when the data show it; until then both are shown."""
    plan = rest_plan(simulator)
    before = held(plan, "contribution_rates")
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(11)))
    assert (one.state, one.from_values) == (
        State.REQUESTED,
        next(
            ({"percent": item["percent"], "amount": item["amount"]} for item in before if item["source"] == "PRE"), None
        ),
    )
    deliver_now(plan)
    assert states(one) == ["accepted"]
    assert sync_people(plan).status == "successful"
    assert held(plan, "contribution_rates") == before
    assert [(line["receipt"], line["state"], line["to"]["percent"]) for line in pending_of(plan.pk, PERSON)] == [
        (one.receipt, "accepted", "11")
    ]
    simulator.admin("pay-period")
    deliver_now(plan)
    assert states(one) == ["accepted"]
    assert again(one).applied_on is not None
    sync_people(plan)
    assert states(one) == ["confirmed"]
    assert {"source": "PRE", "percent": "11", "amount": None} in held(plan, "contribution_rates")
    assert pending_of(plan.pk, PERSON) == []
    assert verbs() == ["submission_requested successful", "submission_confirmed successful"]
    assert [line["said"] for line in attempts_of(one)] == ["taken", "applied"]


def test_each_kind_is_confirmed(simulator: Simulator) -> None:
    """SB-2: allocations, beneficiaries and a name are seen in the data; an opt-out is, once applied."""
    plan = rest_plan(simulator)
    made = submitted(
        plan,
        allocation_wish("PRE", {"LC500": Decimal("40.5"), "BOND1": Decimal("59.5")}),
        beneficiaries_wish([{"class": "primary", "name": "Noor", "percent": "100"}]),
        name_wish("Ada", "Byron"),
        opt_out_wish(),
    )
    deliver_now(plan)
    simulator.admin("apply-submissions")
    deliver_now(plan)
    sync_people(plan)
    assert states(*made) == ["confirmed"] * 4
    assert made[0].number == 1
    assert held(plan, "last_name") == "Byron"


def test_rejection_has_the_reason(simulator: Simulator) -> None:
    """SB-2: what the recordkeeper rejects ends at once, with its reason; a new wish is needed."""
    plan = rest_plan(simulator)
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(99)))
    deliver_now(plan)
    found = again(one)
    assert (found.state, found.problem_code) == ("rejected", "SUBMISSION_REJECTED")
    assert "outside the plan's limits" in found.problem_detail
    assert verbs()[-1] == "submission_rejected error"
    with pytest.raises(WishRefused, match="new wish"):
        retry_submission(one.receipt, actor="test", now=timezone.now())


def test_timeout_after_applying_is_not_sent_twice(simulator: Simulator) -> None:
    """SB-1, SB-2: no answer leaves it unknown; it is asked about by its key, and never sent again."""
    plan = rest_plan(simulator, timeout_seconds=SILENT_SECONDS)
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal("7.5")))
    simulator.fault("submission_timeout", times=1)
    deliver_now(plan, all_due=False)
    assert states(one) == ["unknown"]
    deliver_now(plan)
    assert states(one) == ["accepted"]
    assert at_recordkeeper(simulator) == {"applied": 1}
    assert [(line["method"], line["said"]) for line in attempts_of(one)] == [("POST", "no_answer"), ("GET", "applied")]
    sync_people(plan)
    assert states(one) == ["confirmed"]


@pytest.mark.parametrize("fault", ["server_error", "truncated_body", "html_body", "malformed_json", "connection_reset"])
def test_broken_answers_lead_to_one_submission(simulator: Simulator, fault: str) -> None:
    """SB-2: after an answer that cannot be read it is asked about, and sent again with the same key only if not found."""
    plan = rest_plan(simulator)
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(8)))
    simulator.fault(fault, call="submit", times=1)
    deliver_now(plan)
    assert states(one) == ["unknown"]
    for _ in range(3):
        deliver_now(plan)
    assert states(one) == ["accepted"]
    assert at_recordkeeper(simulator) == {"accepted": 1}


@pytest.mark.parametrize("fault", ["rate_limited", "unavailable"])
def test_busy_recordkeeper_is_waited_for(simulator: Simulator, fault: str) -> None:
    """SB-2: 429 and 503 leave it requested, for as long as the recordkeeper asks."""
    plan = rest_plan(simulator)
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(8)))
    simulator.fault(fault, call="submit", times=1, seconds=40)
    deliver_now(plan, all_due=False)
    waiting = again(one)
    assert waiting.state == "requested"
    assert 30 < (waiting.next_at - timezone.now()).total_seconds() <= 40
    deliver_now(plan, all_due=False)
    assert states(one) == ["requested"]
    deliver_now(plan)
    assert states(one) == ["accepted"]


def test_newer_wish_takes_the_place_of_an_undelivered_one(simulator: Simulator) -> None:
    """SB-1: of two undelivered wishes of one kind and source the older is superseded; other kinds and sources stay."""
    plan = rest_plan(simulator)
    old, other = submitted(plan, rate_wish("PRE", percent=Decimal(5)), rate_wish("ROTH", percent=Decimal(1)))
    (new,) = submitted(plan, rate_wish("PRE", percent=Decimal(6)))
    assert states(old, other, new) == ["superseded", "requested", "requested"]
    assert again(old).superseded_by == new.receipt
    deliver_now(plan)
    assert at_recordkeeper(simulator) == {"accepted": 2}


def test_what_may_have_arrived_is_not_superseded(simulator: Simulator) -> None:
    """SB-2: a wish that may have arrived is settled first, and the newer one is delivered after it."""
    plan = rest_plan(simulator, timeout_seconds=SILENT_SECONDS)
    (old,) = submitted(plan, rate_wish("PRE", percent=Decimal(5)))
    simulator.fault("submission_timeout", times=1)
    deliver_now(plan, all_due=False)
    (new,) = submitted(plan, rate_wish("PRE", percent=Decimal(6)))
    simulator.fault("server_error", call="submission", times=1)
    deliver_now(plan, all_due=False)
    assert states(old, new) == ["unknown", "requested"]
    for _ in range(2):
        deliver_now(plan)
    assert states(old, new) == ["accepted", "accepted"]
    simulator.admin("apply-submissions")
    deliver_now(plan)
    sync_people(plan)
    assert states(old, new) == ["superseded", "confirmed"]
    assert {"source": "PRE", "percent": "6", "amount": None} in held(plan, "contribution_rates")


def test_accepted_and_never_applied_is_found_out(simulator: Simulator) -> None:
    """SB-2: a change that the data do not show when its day is over is told of once, as SUBMISSION_UNCONFIRMED."""
    plan = rest_plan(simulator)
    simulator.fault("submission_not_applied", times=1)
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(12)))
    deliver_now(plan)
    for _ in range(4):
        simulator.admin("pay-period")
        sync_people(plan)
    assert (again(one).state, again(one).problem_code) == ("accepted", "SUBMISSION_UNCONFIRMED")
    assert verbs() == ["submission_requested successful", "submission_unconfirmed error"]
    assert len(pending_of(plan.pk, PERSON)) == 1


def test_undelivered_for_a_day_is_told_once(simulator: Simulator) -> None:
    """SB-2: what cannot be delivered or found out for a day is told of once, and goes on by itself."""
    plan = rest_plan(simulator)
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(5)))
    age(one, 1.1)
    simulator.fault("rate_limited", call="submit")
    for _ in range(2):
        deliver_now(plan)
    assert verbs() == ["submission_requested successful", "submission_undelivered error"]
    simulator.clear_faults()
    deliver_now(plan)
    assert states(one) == ["accepted"]


def test_killed_worker_leads_to_asking(simulator: Simulator) -> None:
    """SB-1: what a worker was sending when it died is asked about before it is sent, with the same key."""
    plan = rest_plan(simulator)
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(5)))
    on_its_way = moved(again(one), Event.SEND_BEGUN, timezone.now())
    on_its_way.attempts = 1
    assert write_moves([on_its_way]) == {one.id}
    deliver_now(plan)
    assert [line["said"] for line in attempts_of(one)] == ["interrupted", "not_found"]
    deliver_now(plan)
    assert states(one) == ["accepted"]
    assert again(one).idempotency_key == one.idempotency_key


def test_a_worker_thought_dead_moves_nothing(simulator: Simulator) -> None:
    """SB-1: whoever wakes after another has taken over can record nothing."""
    plan = rest_plan(simulator)
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(5)))
    mine = moved(again(one), Event.SEND_BEGUN, timezone.now())
    write_moves([mine])
    end_interrupted([again(one)], timezone.now())
    assert write_moves([moved(mine, Event.REFUSED, timezone.now())]) == set()
    assert states(one) == ["unknown"]


def test_key_used_for_another_change(simulator: Simulator) -> None:
    """SB-1: 409 ends it as IDEMPOTENCY_MISMATCH."""
    plan = rest_plan(simulator)
    first, second = submitted(plan, rate_wish("PRE", percent=Decimal(5)), rate_wish("ROTH", percent=Decimal(1)))
    type(second).objects.filter(plan_id=plan.pk, id=second.id).update(idempotency_key="twice")
    deliver_now(plan)
    (third,) = submitted(plan, name_wish("Ada", "Byron"))
    type(third).objects.filter(plan_id=plan.pk, id=second.id).update(idempotency_key="gone")
    type(third).objects.filter(plan_id=plan.pk, id=third.id).update(idempotency_key="twice")
    deliver_now(plan)
    assert states(first, second, third) == ["accepted", "accepted", "rejected"]
    assert again(third).problem_code == "IDEMPOTENCY_MISMATCH"


def test_receipt_finds_the_submission(simulator: Simulator) -> None:
    """SB-2: the receipt is found as it is written or spoken; a wrong one is not."""
    plan = rest_plan(simulator)
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(5)))
    assert find_submission(one.receipt.lower().replace("-", " ")) == one
    assert find_submission("0000-0000-1") is None
    assert find_submission(PLAN) is None


def test_nobody_of_this_id(simulator: Simulator) -> None:
    """SB-1: a wish of nobody is refused, and nothing is written."""
    plan = rest_plan(simulator)
    with pytest.raises(WishRefused, match="no such participant"):
        submitted(plan, rate_wish("PRE", percent=Decimal(5)), person="nobody")
    assert not SubmissionAttempt.objects.exists()


def test_quiet_hours_are_kept(simulator: Simulator) -> None:
    """SB-2, RK-1: in the connection's quiet hours nothing is sent; it goes out when they are over."""
    plan = rest_plan(simulator)
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(5)))
    hours = Connection.objects.filter(pk=plan.connection_id)
    hours.update(quiet_from=time(0, 0), quiet_until=time(23, 59, 59))
    deliver_now(plan)
    assert states(one) == ["requested"]
    assert again(one).next_at > timezone.now()
    assert at_recordkeeper(simulator) == {}
    hours.update(quiet_from=None, quiet_until=None)
    deliver_now(plan)
    assert states(one) == ["accepted"]


def test_sync_of_others_confirms_nothing(simulator: Simulator) -> None:
    """SB-2: a sync of picked people says nothing of the others' changes, and confirms those of the picked."""
    plan = rest_plan(simulator)
    (mine,) = submitted(plan, rate_wish("PRE", percent=Decimal(5)))
    deliver_now(plan)
    simulator.admin("apply-submissions")
    sync_people(plan, SyncOptions(participants=(f"{PLAN}-000003",)))
    assert states(mine) == ["accepted"]
    sync_people(plan, SyncOptions(participants=(PERSON,)))
    assert states(mine) == ["confirmed"]


def test_what_is_due_finds_its_job(simulator: Simulator) -> None:
    """SB-2: what waits is found by any worker's look once it is due, and by none before."""
    plan = rest_plan(simulator)
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(5)))
    deliver_now(plan)
    assert request_due_deliveries(timezone.now()) == 0
    assert request_due_deliveries(again(one).next_at) == 1


def test_dry_run_confirms_nothing(simulator: Simulator) -> None:
    """PT-8: a dry run leaves an accepted change as it is, though the data it read show it."""
    plan = rest_plan(simulator)
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(5)))
    deliver_now(plan)
    simulator.admin("apply-submissions")
    sync_people(plan, SyncOptions(is_dry_run=True))
    assert states(one) == ["accepted"]
