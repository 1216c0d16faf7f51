"""A review of sixty funds in a plan of 50,000 people, and its activation against that of a plan of five."""

import json
import os
import subprocess
import sys

import psycopg

REVIEW_MS_MAX = 150.0  # server time of the page
DATABASE = "planbridge_review"
TITLES = {
    "counting_ms": "counting the holders of 50,000 people, by a worker",
    "page_ms": "review page",
    "activation_ms": "activation, 50,000 people",
    "small_activation_ms": "activation, 5 people",
}


def review_speed(url: str) -> str:
    """Milliseconds of both processors' work (Python and its server process), in a database of its own beside `url`."""
    place = url.replace("/planbridge?", f"/{DATABASE}?")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    command = [sys.executable, "-m", "benchmarks.review_process", place]
    environment = os.environ | {"PLANBRIDGE_HOME": os.environ["BENCHMARK_HOME"]}
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    found = json.loads(answer.stdout.splitlines()[-1])
    lines = [f"Review of 60 funds, 50,000 people: milliseconds, median (the page at most {REVIEW_MS_MAX:.0f} ms)"]
    lines += [
        f"  {title}: {found[name]['wall']:.1f} passed, {found[name]['cpu']:.1f} of work"
        for name, title in TITLES.items()
    ]
    ratio = found["activation_ms"]["cpu"] / found["small_activation_ms"]["cpu"]
    return "\n".join([*lines, f"  activation of the large plan against the small one: {ratio:.2f}"])
