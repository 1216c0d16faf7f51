"""Two who ask for, claim or hand back the same runs at the same moment take turns."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest
from django.db import connections, transaction

from planbridge.plans.models import Plan
from planbridge.sync.request import enqueue_batch, request_syncs
from planbridge.sync.run import RunKind, SyncRun
from planbridge.sync.run_book import claim_runs, hand_back_runs
from tests.cast import deliver, plan_document
from tests.syncing import added_plan, connected

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("900100", "900200")


@pytest.fixture
def plans(inbox: Path) -> list[Plan]:
    """Two plans of one drop folder."""
    deliver(inbox, [], plans=[plan_document(plan_id=name) for name in NAMES])
    connection = connected(inbox)
    added = [added_plan(connection, name) for name in NAMES]
    return [Plan.objects.select_related("connection").get(pk=plan.pk) for plan in added]


class Meeting:
    """Where two meet, unless one of them has to wait for the other's commit."""

    def __init__(self) -> None:
        self.barrier = Barrier(2)

    def wait(self) -> None:
        """Go on when the other is here, too, or is long in coming."""
        try:
            self.barrier.wait(timeout=1)
        except BrokenBarrierError:
            return


def test_two_ask_for_the_same_plans_in_two_orders(plans: Sequence[Plan]) -> None:
    """PT-9: Two who ask for syncs of the same plans at once, each in an order of their own, both get the runs that wait."""
    meeting = Meeting()

    def ask(order: Sequence[Plan]) -> dict[int, UUID]:
        try:
            with transaction.atomic():
                found = dict(request_syncs(order[:1], RunKind.PARTICIPANTS, actor="test"))
                meeting.wait()
                return found | dict(request_syncs(order[1:], RunKind.PARTICIPANTS, actor="test"))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(ask, (plans, plans[::-1]))
    assert first == second
    assert SyncRun.objects.filter(kind=RunKind.PARTICIPANTS).count() == 2


def test_a_run_is_handed_back_while_its_plan_is_asked_for(plans: Sequence[Plan]) -> None:
    """PT-7: A run that a worker hands back while another one of its plan is asked for stays, and only one of them waits."""
    ((plan_id, run_id),) = request_syncs(plans[:1], RunKind.PARTICIPANTS, actor="test")
    run = SyncRun.objects.get(plan_id=plan_id, id=run_id)
    with transaction.atomic():
        tickets = claim_runs(run.batch_id, 1)
    meeting = Meeting()

    def ask() -> None:
        try:
            with transaction.atomic():
                request_syncs(plans[:1], RunKind.PARTICIPANTS, actor="test")
                meeting.wait()
                time.sleep(0.5)  # the other is at it before this is committed
        finally:
            connections.close_all()

    def hand_back() -> None:
        try:
            meeting.wait()
            with transaction.atomic():
                hand_back_runs(tickets, enqueue_batch(run.batch_id, run.kind))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(ask), pool.submit(hand_back)]:
            one.result()
    of_plan = SyncRun.objects.filter(plan_id=plan_id, kind=RunKind.PARTICIPANTS)
    assert sorted(of_plan.values_list("status", flat=True)) == ["queued", "running"]
