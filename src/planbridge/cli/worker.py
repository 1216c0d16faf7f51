"""`planbridge worker`: does the waiting work until it is stopped."""

from typing import Annotated

import typer
from django.utils import timezone

from planbridge.cli.output import JsonOption, Output, QuietOption
from planbridge.enrollment.clearing import ask_for_clearing
from planbridge.jobs.worker import run_worker
from planbridge.schedules.ask import ask_for_due_activations, ask_for_due_schedules
from planbridge.sync.submissions import request_due_deliveries
from planbridge.sync.sweep import end_abandoned_runs


def worker(
    *,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Jobs at once.")] = 2,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Do jobs until Ctrl-C; run as many workers on as many machines as you like. Example: planbridge worker."""
    Output(as_json, quiet).answer(
        {"worker": "started", "concurrency": concurrency},
        lambda console: console.print(f"Worker started with {concurrency} jobs at once. Ctrl-C stops it."),
    )
    run_worker(concurrency=concurrency, wait=True, sweep=sweep)


def sweep() -> None:
    """What a worker does after each search for dead workers."""
    end_abandoned_runs()
    ask_for_due_schedules()
    ask_for_due_activations()
    request_due_deliveries(timezone.now())
    ask_for_clearing()
