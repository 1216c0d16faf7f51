"""Measures runs through the queue in this process: `python -m benchmarks.queue_process KIND URL DELIVERIES`."""

import json
import shutil
import sys
import time
from pathlib import Path

from benchmarks.peers import planbridge_sync as peer
from planbridge.jobs.worker import run_worker
from planbridge.plans.models import Plan
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind, SyncRun
from planbridge.sync.work import work_batch

kind, deliveries = RunKind(sys.argv[1]), Path(sys.argv[3])


def milliseconds_a_run(*, is_together: bool) -> float:
    """Ask for the syncs, let one worker do them, and answer the milliseconds a run."""
    plans = list(Plan.objects.select_related("connection"))
    started = time.perf_counter()
    if is_together:
        request_syncs(plans, kind, actor="benchmark")
    else:
        for plan in plans:
            request_syncs([plan], kind, actor="benchmark")
    run_worker(concurrency=1, wait=False)
    seconds = time.perf_counter() - started
    left = SyncRun.objects.exclude(status="successful").count()
    if left:
        message = f"{left} runs did not go through"
        raise RuntimeError(message)
    return 1000 * seconds / len(plans)


def deliver(day: str) -> None:
    """Deliver a day and do the syncs that are not measured."""
    peer.get_ready("", deliveries / day)
    for batch_id in peer.WAITING:
        work_batch(batch_id, peer.JOB)
    peer.WAITING.clear()


def deliver_only(day: str) -> None:
    """Deliver a day; its Plan Sync is done when people are measured."""
    shutil.copytree(deliveries / day, peer.INBOX / day)
    if kind is RunKind.PARTICIPANTS:
        for batch_id in peer.requested(RunKind.PLAN):
            work_batch(batch_id, peer.JOB)


def main() -> None:
    """Measure both ways of asking."""
    peer.prepare("")
    deliver("base")
    deliver_only("shuffled")
    together = milliseconds_a_run(is_together=True)
    deliver_only("prices")
    one_by_one = milliseconds_a_run(is_together=False)
    print(json.dumps({"together_ms": together, "one_by_one_ms": one_by_one}))


if __name__ == "__main__":
    main()
