"""What `planbridge doctor` checks of the work: workers, runs that do not move or wait for a person, drop folders."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from planbridge.cli.doctor_finding import Finding
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.sync.run import RunStatus, SyncRun

QUEUED_MINUTES_MAX = 10


def work_findings() -> Iterator[Finding]:
    """The findings about the work; they need the tables."""
    now = timezone.now()
    alive_since = now - timedelta(seconds=settings.STALE_SECONDS)
    yield workers_finding(alive_since)
    yield stuck_finding(alive_since)
    yield queued_finding(now)
    yield held_finding()
    yield from folder_findings()


def workers_finding(alive_since: datetime) -> Finding:
    """Whether anybody does the waiting work."""
    beats = list(ProcrastinateWorker.objects.order_by("-last_heartbeat").values_list("last_heartbeat", flat=True))
    alive = [beat for beat in beats if beat >= alive_since]
    waiting = SyncRun.objects.filter(status=RunStatus.QUEUED).count()
    if alive:
        age = max(0.0, (timezone.now() - alive[0]).total_seconds())
        return Finding("workers", is_well=True, said=f"{len(alive)} alive, the last heartbeat {age:.0f} seconds ago")
    if waiting:
        said = f"none is alive, and {waiting:,} runs wait"
        return Finding("workers", is_well=False, said=said, remedy="planbridge up (or planbridge worker) does them.")
    return Finding("workers", is_well=True, said="none is alive, and nothing waits", remedy="planbridge up starts one.")


def stuck_finding(alive_since: datetime) -> Finding:
    """Whether a run is Running that no living worker works on."""
    running = dict(SyncRun.objects.filter(status=RunStatus.RUNNING).values_list("id", "job_id"))
    worked_on = set(
        ProcrastinateJob.objects.filter(
            id__in=[job_id for job_id in running.values() if job_id is not None],
            status="doing",
            worker__last_heartbeat__gte=alive_since,
        ).values_list("id", flat=True)
    )
    stuck = [run_id for run_id, job_id in running.items() if job_id not in worked_on]
    if stuck:
        said = f"{len(stuck):,} runs are Running, and no living worker does them (the first: {stuck[0]})"
        return Finding("stuck runs", is_well=False, said=said, remedy="Start planbridge up: a worker takes them over.")
    return Finding("stuck runs", is_well=True, said=f"none ({len(running):,} running)")


def queued_finding(now: datetime) -> Finding:
    """Whether runs wait too long; those of a recordkeeper in its quiet hours are meant to wait."""
    old = SyncRun.objects.filter(
        status=RunStatus.QUEUED, requested_at__lt=now - timedelta(minutes=QUEUED_MINUTES_MAX)
    ).values_list("batch_id", flat=True)
    later = set(
        ProcrastinateJob.objects.filter(status="todo", scheduled_at__gt=now).values_list("args__batch", flat=True)
    )
    late = sum(str(batch_id) not in later for batch_id in old)
    if late:
        said = f"{late:,} runs wait for more than {QUEUED_MINUTES_MAX} minutes"
        return Finding(
            "waiting runs", is_well=False, said=said, remedy="Start more workers: planbridge up --workers 2."
        )
    return Finding("waiting runs", is_well=True, said=f"none for more than {QUEUED_MINUTES_MAX} minutes")


def held_finding() -> Finding:
    """How many runs wait for a person's decision, which is no fault of the machine."""
    held = SyncRun.objects.filter(status=RunStatus.HELD).count()
    remedy = "planbridge runs --status held shows them." if held else None
    return Finding("held runs", is_well=True, said=f"{held:,} wait for a decision" if held else "none", remedy=remedy)


def folder_findings() -> Iterator[Finding]:
    """Whether each drop folder of this machine is there and can be written: deliveries are moved to its archive.

    A far one is for `planbridge connection test`, which reaches it with its credentials.
    """
    for connection in Connection.objects.filter(kind=ConnectionKind.FILES).order_by("name"):
        if "://" in str(connection.settings["path"]):
            continue
        folder = Path(connection.settings["path"])
        check = f"drop folder of {connection.name}"
        if not folder.is_dir():
            remedy = "Make it, or mount what it stands on."
            yield Finding(check, is_well=False, said=f"{folder} is not there", remedy=remedy)
        elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            remedy = "Let the user who runs planbridge read and write there."
            yield Finding(check, is_well=False, said=f"{folder} cannot be read and written", remedy=remedy)
        else:
            yield Finding(check, is_well=True, said=str(folder))
