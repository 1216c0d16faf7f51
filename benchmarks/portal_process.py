"""Measures the portal's pages in this process: `python -m benchmarks.portal_process URL [TIMES]`; fills an empty database."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import islice
from statistics import quantiles

os.environ["DATABASE_URL"] = sys.argv[1]  # settings are read on import
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planbridge.config.settings")

import django

django.setup()

import psutil
from django.core.management import call_command
from django.db import connection as database
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client
from django.utils import timezone

from benchmarks.portal_asks import ASKS, Ask
from benchmarks.portal_data import Size, fill
from benchmarks.portal_scene import users_to_ask, values_to_ask
from planbridge.plans.models import Plan
from planbridge.security.user import User

TIMES = int(sys.argv[2]) if len(sys.argv) > 2 else 30
OK, NOTHING_NEW = 200, 204


@dataclass(frozen=True)
class Measured:
    """One ask of one user: milliseconds at the median and of 95 in 100, of both processors' work on average, statements."""

    user: str
    name: str
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    queries: int
    kilobytes: float


class Count:
    """Counts statements."""

    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Callable[..., object], *arguments: object) -> object:
        """One statement."""
        self.statements += 1
        return execute(*arguments)


def measure(client: Client, user: User, ask: Ask, address: str) -> Measured | None:
    """The ask so many times after one that warms up; None for an address that shows nothing by itself."""
    response = answer_of(client, ask, address)
    if response.status_code not in {OK, NOTHING_NEW}:
        return None
    size = len(first_bytes(response))
    count = Count()
    with database.execute_wrapper(count):
        first_bytes(answer_of(client, ask, address))
    server = psutil.Process(database.connection.info.backend_pid)
    before, wall = cpu_seconds(server), []
    for _ in range(TIMES):
        started = time.perf_counter()
        first_bytes(answer_of(client, ask, address))
        wall.append(1000 * (time.perf_counter() - started))
    cpu = 1000 * (cpu_seconds(server) - before) / TIMES
    cuts = quantiles(wall, n=20, method="inclusive")
    return Measured(str(user.role), ask.name, cuts[9], cuts[18], cpu, count.statements, size / 1024)


def cpu_seconds(server: psutil.Process) -> float:
    """What this process and its server process have worked."""
    times = server.cpu_times()
    return time.process_time() + float(times.user) + float(times.system)


def answer_of(client: Client, ask: Ask, address: str) -> HttpResponseBase:
    """One request, as the browser makes it."""
    headers = {"HX-Request": "true"} if ask.is_part else {}
    if ask.form is not None:
        return client.post(address, dict(ask.form), headers=headers)
    return client.get(address, headers=headers)


def first_bytes(response: HttpResponseBase) -> bytes:
    """The body, or how a streamed one begins."""
    if isinstance(response, StreamingHttpResponse):
        stream: Iterable[bytes] = response
        found = b"".join(islice(stream, 10))
        response.close()
        return found
    return getattr(response, "content", b"")


def main() -> None:
    """Fill if empty, measure, print as JSON."""
    call_command("migrate", verbosity=0)
    if not Plan.objects.exists():
        fill(Size())
    long_ago = timezone.localdate() - timedelta(days=60)
    days = {"day": long_ago, "long_ago": long_ago, "less_long_ago": long_ago + timedelta(days=2)}
    values = values_to_ask() | days
    found: list[Measured | None] = []
    for user in users_to_ask():
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(user)
        found += [measure(client, user, ask, ask.address(values)) for ask in ASKS]
    print(json.dumps([asdict(one) for one in found if one is not None]))


if __name__ == "__main__":
    main()
