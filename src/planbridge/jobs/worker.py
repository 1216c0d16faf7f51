"""The worker: does jobs, tells that it lives, and rescues the jobs of workers that died."""

import asyncio
import gc
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol

import psycopg
import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils.module_loading import import_string
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.signals import on_stop
from procrastinate.worker import Worker

from planbridge.jobs.own_jobs import OwnJobs, WorkerForgotten
from planbridge.jobs.queue import app
from planbridge.jobs.rescue import rescue_jobs
from planbridge.jobs.session import name_session
from planbridge.jobs.stopping import STOP_ASKED

log = structlog.get_logger()
POLL_SECONDS = 1.0
# How long a heartbeat or a fetch waits for a database that is gone.
DATABASE_WAIT_SECONDS = 5.0
# For the sweep, the restart of the database and jobs of a life that ended.
SPARE_THREADS = 4
DATABASE_GONE = (ConnectorException, psycopg.Error, DatabaseError, InterfaceError, OSError, WorkerForgotten)

Sweep = Callable[[], None]


def job_connector() -> PsycopgConnector:
    """How a worker reaches its jobs, each statement a transaction of its own.

    In a transaction over several, a worker that hangs before the commit would keep the locks of its heartbeat, on
    which every worker that begins waits.
    """
    return PsycopgConnector(kwargs=connector_params(), timeout=DATABASE_WAIT_SECONDS, configure=_commit_each)


async def _commit_each(session: psycopg.AsyncConnection[object]) -> None:
    await session.set_autocommit(True)


def run_worker(*, concurrency: int = 2, wait: bool = True, sweep: Sweep | None = None) -> None:
    """Do jobs until stopped (`wait`), or until none is left. `sweep` is called after each search for dead workers.

    A database that goes away is waited for (and, where it is the embedded one, started again). SIGINT and SIGTERM end
    it: jobs are finished or handed back at the next stage. Raises KeyboardInterrupt when that happens without `wait`.
    """
    STOP_ASKED.clear()
    try:
        was_stopped = asyncio.run(_work(concurrency, wait=wait, sweep=sweep))
    finally:
        STOP_ASKED.clear()
        close_old_connections()
    if was_stopped and not wait:
        raise KeyboardInterrupt


@cache
def load_jobs() -> None:
    """Import all jobs, once, and let the garbage collector pass over what is loaded: it stays, and is much [0.13 s a batch]."""
    for path in settings.PROCRASTINATE_IMPORT_PATHS:
        import_module(path)
    gc.collect()
    gc.freeze()


class _Loop(Protocol):
    """What is used of procrastinate's worker, which leaves these untyped."""

    worker_id: int | None

    def stop(self) -> None: ...

    async def run(self) -> None: ...


@dataclass
class _Life:
    """One registration of this worker, from its first heartbeat to the end of its last job."""

    worker_app: App
    own_jobs: OwnJobs
    worker: _Loop

    @staticmethod
    def begin(concurrency: int, *, wait: bool) -> "_Life":
        load_jobs()
        connector = job_connector()
        worker_app = app.with_connector(connector)
        worker_app.job_manager = own_jobs = OwnJobs(connector)
        return _Life(
            worker_app,
            own_jobs,
            Worker(
                worker_app,
                concurrency=concurrency,
                wait=wait,
                fetch_job_polling_interval=POLL_SECONDS,
                abort_job_polling_interval=POLL_SECONDS,
                update_heartbeat_interval=settings.HEARTBEAT_SECONDS,
                stalled_worker_timeout=settings.STALE_SECONDS,
                install_signal_handlers=False,
                delete_jobs="successful",
                task_middleware=[*worker_app.worker_defaults.get("task_middleware", ()), name_session],
            ),
        )

    async def do_jobs(self, sweep: Sweep | None) -> None:
        """Do jobs until stopped or none is left; raises one of DATABASE_GONE as soon as no heartbeat can be written."""
        await self.worker_app.open_async()
        doing = asyncio.create_task(self._register_and_do())
        watching = asyncio.create_task(self._watch(sweep))
        await asyncio.wait({doing, watching}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            self.worker.stop()
            # Jobs of this life that still go on cannot commit any more: they end by themselves, and another life begins.
            LINGERING.add(doing)
            doing.add_done_callback(_let_go)
            watching.result()
        watching.cancel()
        await doing

    async def _register_and_do(self) -> None:
        try:
            await rescue_jobs(self.own_jobs.connector)
            await self.worker.run()
        finally:
            await self.worker_app.close_async()

    async def _watch(self, sweep: Sweep | None) -> None:
        """Tell that the worker lives, and look for those that do not."""
        rescue_at = time.monotonic() + settings.RESCUE_SECONDS
        while True:
            await asyncio.sleep(min(settings.HEARTBEAT_SECONDS, settings.RESCUE_SECONDS))
            if STOP_ASKED.is_set():
                # Asked before the worker ran: procrastinate forgets that as it begins.
                self.worker.stop()
            if self.worker.worker_id is not None:
                await self.own_jobs.tell_alive(self.worker.worker_id)
            if time.monotonic() >= rescue_at:
                rescue_at = time.monotonic() + settings.RESCUE_SECONDS
                await rescue_jobs(self.own_jobs.connector)
                if sweep is not None:
                    await asyncio.to_thread(sweep)


LINGERING: set[asyncio.Task[None]] = set()


def _let_go(ended: asyncio.Task[None]) -> None:
    """Forget a life whose last job has ended; how it ended was said when it was left."""
    LINGERING.discard(ended)
    if not ended.cancelled():
        ended.exception()


async def _work(concurrency: int, *, wait: bool, sweep: Sweep | None) -> bool:
    """Live again whenever the database was gone; answers whether it was stopped (else nothing is left to do)."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(concurrency + SPARE_THREADS))
    lives: list[_Life] = []

    def stop() -> None:
        STOP_ASKED.set()
        for life in lives:
            life.worker.stop()

    with on_stop(stop):
        while not STOP_ASKED.is_set():
            lives[:] = [_Life.begin(concurrency, wait=wait)]
            try:
                await lives[0].do_jobs(sweep)
            except DATABASE_GONE as error:
                log.warning("database gone", error=type(error).__name__)
                await asyncio.to_thread(revive_database)
            else:
                if not wait:
                    break
    return STOP_ASKED.is_set()


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
