"""The portal's pages over 10,000 plans, a million people and a million entries: server time and statements of each."""

import json
import os
import subprocess
import sys
from typing import Any

import psycopg

P95_MS_MAX = 100.0
QUERIES_MAX = 12
DATABASE = "planbridge_portal"


def portal_pages(url: str, *, times: int = 30) -> str:
    """Every page as a Markdown table, those that miss what is to be reached marked and counted.

    In a database of its own beside that of `url`. Milliseconds without network: the request in process, by its address,
    signed in as an Admin and as an Advisor of 200 plans.
    """
    place = url.replace("/planbridge?", f"/{DATABASE}?")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    command = [sys.executable, "-m", "benchmarks.portal_process", place, str(times)]
    environment = os.environ | {"PLANBRIDGE_HOME": os.environ["BENCHMARK_HOME"]}
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return table(json.loads(answer.stdout.splitlines()[-1]), times=times)


def table(found: list[dict[str, Any]], *, times: int) -> str:
    """The measured pages, the slowest first."""
    missed = [one for one in found if misses(one)]
    reached = f"{len(found) - len(missed)} of {len(found)} reach it"
    goal = f"{times} times each (p95 at most {P95_MS_MAX:.0f} ms, at most {QUERIES_MAX} statements)"
    lines = [
        f"Portal pages, 10,000 plans, 1,000,000 people, 1,000,000 entries, {goal}: {reached}",
        "",
        "| page | user | p50 ms | p95 ms | CPU ms | statements | KB | |",
        "|---|---|---:|---:|---:|---:|---:|---|",
    ]
    lines += [
        f"| {one['name']} | {one['user']} | {one['p50_ms']:.1f} | {one['p95_ms']:.1f} | {one['cpu_ms']:.1f} "
        f"| {one['queries']} | {one['kilobytes']:.0f} | {'MISSES' if misses(one) else ''} |"
        for one in sorted(found, key=lambda one: -one["p95_ms"])
    ]
    return "\n".join(lines)


def misses(one: dict[str, Any]) -> bool:
    """Whether a page takes longer or asks more than it should."""
    return bool(one["p95_ms"] > P95_MS_MAX or one["queries"] > QUERIES_MAX)
