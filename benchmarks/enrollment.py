"""Participants who enroll at once, on a web server, a worker and the simulator as processes: each page, errors, and the way to accepted."""

import json
import os
import subprocess
import sys
from statistics import median
from typing import Any

import psycopg

PEOPLE = 200
PAGE_P95_MS_MAX = 300.0
ACCEPTED_P95_SECONDS_MAX = 10.0
DATABASE = "planbridge_enrollment"


def enrollment_at_once(url: str, *, people: int = PEOPLE) -> str:
    """Every page as a Markdown table, the slowest first, and the seconds from Confirm to accepted.

    In a database of its own beside that of `url`. All processes, those who enroll among them, share this machine.
    """
    place = url.replace("/planbridge?", f"/{DATABASE}?")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    command = [sys.executable, "-m", "benchmarks.enrollment_process", place, str(people)]
    home = f"{os.environ['BENCHMARK_HOME']}-enrollment"
    answer = subprocess.run(
        command, check=True, capture_output=True, text=True, env=os.environ | {"PLANBRIDGE_HOME": home}
    )
    return table(json.loads(answer.stdout.splitlines()[-1]))


def table(found: dict[str, Any]) -> str:
    """What was measured, and what it misses."""
    pages: dict[str, list[float]] = found["pages"]
    everything = [one for times in pages.values() for one in times]
    waits = [*found["accepted_seconds"], *([float("inf")] * found["not_accepted"])]
    before = f"load before {found['load']:.1f}, on {os.cpu_count()} processors"
    page, accepted = p95(everything), p95(waits)
    reached = f"{page:.0f} ms{missed(page > PAGE_P95_MS_MAX)} (at most {PAGE_P95_MS_MAX:.0f})"
    taken = f"{accepted:.1f} s{missed(accepted > ACCEPTED_P95_SECONDS_MAX)} (at most {ACCEPTED_P95_SECONDS_MAX:.0f})"
    lines = [
        f"Enrollment: {found['people']} people at once, {found['think']}, {before}",
        "",
        f"- {len(everything):,} requests in {found['seconds']:.0f} s, {len(found['errors'])} errors",
        *[f"  - {one}: MISSES" for one in found["errors"][:5]],
        f"- page p95: {reached}, median {median(everything):.0f} ms",
        f"- from Confirm to accepted, p95 of {len(waits)} changes: {taken}",
        "",
        "| page | requests | p50 ms | p95 ms | most ms |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {len(times)} | {median(times):.0f} | {p95(times):.0f} | {max(times):.0f} |"
        for name, times in sorted(pages.items(), key=lambda one: -p95(one[1]))
    ]
    return "\n".join(lines)


def p95(numbers: list[float]) -> float:
    """What 95 in 100 are at most."""
    return sorted(numbers)[max(0, -(-len(numbers) * 95 // 100) - 1)]


def missed(is_missed: bool) -> str:  # noqa: FBT001 - the one thing it says
    """A mark for what is not reached."""
    return " MISSES" if is_missed else ""
