"""The worker: does jobs, tells that it lives, and rescues the jobs of workers that died."""

import asyncio
import contextlib
from collections.abc import Callable

import psycopg
import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils.module_loading import import_string
from procrastinate import App
from procrastinate.exceptions import ConnectorException

from planbridge.jobs.queue import app
from planbridge.jobs.rescue import rescue_jobs

log = structlog.get_logger()
POLL_SECONDS = 1.0
DATABASE_GONE = (ConnectorException, psycopg.Error, DatabaseError, InterfaceError, OSError)


def run_worker(
    *, concurrency: int = 2, wait: bool = True, sweep: Callable[[], None] | None = None
) -> None:
    """Do jobs until stopped (`wait`), or until none is left. `sweep` is called after each search for dead workers.

    A database that goes away is waited for (and, where it is the embedded one, started again).
    """
    while True:
        try:
            asyncio.run(_work(concurrency, wait=wait, sweep=sweep))
        except DATABASE_GONE as error:
            log.warning("database gone", error=type(error).__name__)
            revive_database()
        else:
            return


async def _work(concurrency: int, *, wait: bool, sweep: Callable[[], None] | None) -> None:
    worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]  # Django's connector has it
    async with worker_app.open_async():
        await rescue_jobs(worker_app)
        rescuer = asyncio.create_task(_rescue_again_and_again(worker_app, sweep)) if wait else None
        doing = asyncio.create_task(
            worker_app.run_worker_async(
                concurrency=concurrency,
                wait=wait,
                fetch_job_polling_interval=POLL_SECONDS,
                abort_job_polling_interval=POLL_SECONDS,
                update_heartbeat_interval=settings.HEARTBEAT_SECONDS,
                # Rows of dead workers are kept until their jobs are rescued: pruning them is left to the rescue.
                stalled_worker_timeout=settings.STALE_SECONDS,
                install_signal_handlers=wait,
                delete_jobs="successful",
            )
        )
        tasks = [doing] if rescuer is None else [doing, rescuer]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task not in done:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        for task in done:
            task.result()


async def _rescue_again_and_again(worker_app: App, sweep: Callable[[], None] | None) -> None:
    while True:
        await asyncio.sleep(settings.RESCUE_SECONDS)
        await rescue_jobs(worker_app)
        if sweep is not None:
            await sync_to_async(sweep, thread_sensitive=False)()


def revive_database() -> None:
    """Start the embedded server again when it is ours, then let go of connections that died with it."""
    import_string(settings.REVIVE_DATABASE)()
    connection.close()


def is_worker_alive() -> bool:
    """Whether any worker told that it lives within the stale time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - %s * interval '1 second')",
            [settings.STALE_SECONDS],
        )
        row = cursor.fetchone()
    return bool(row and row[0])
