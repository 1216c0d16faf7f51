"""Many runs through the queue: how long one takes when nothing changed, queue included, in one worker."""

import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.datasets import write_delivery


def many_participant_runs(url: str, folder: Path, *, plans: int, people_a_plan: int) -> str:
    """Milliseconds a run of Participant Syncs, asked for one by one and all at once."""
    deliveries = folder / "many"
    for day in ("base", "shuffled", "prices"):
        write_delivery(deliveries / day, day, people=plans * people_a_plan, plans=plans, form="csv")
    timed = in_a_process("participants", url, deliveries)
    return (
        f"{plans} plans of {people_a_plan} people, nothing changed, one worker, queue included (at most 25 ms a run): "
        f"asked for all at once {timed['together_ms']:.1f} ms, one by one {timed['one_by_one_ms']:.1f} ms a run"
    )


def many_plan_runs(url: str, folder: Path, *, plans: int) -> str:
    """Milliseconds a run of Plan Syncs with nothing changed."""
    deliveries = folder / "many-plans"
    for day in ("base", "shuffled", "prices"):
        write_delivery(deliveries / day, day, people=plans, plans=plans, form="csv")
    timed = in_a_process("plan", url, deliveries)
    return (
        f"{plans} Plan Syncs, nothing changed, one worker, queue included (at most 20 ms a run): "
        f"asked for all at once {timed['together_ms']:.1f} ms, one by one {timed['one_by_one_ms']:.1f} ms a run"
    )


def in_a_process(kind: str, url: str, deliveries: Path) -> dict[str, float]:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.queue_process", kind, url, str(deliveries)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
    timed: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return timed
