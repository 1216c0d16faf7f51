"""Submissions: how long it takes from Confirm until the recordkeeper has accepted, queue and worker included."""

import json
import os
import subprocess
import sys

SECONDS_MAX = 10.0  # what is to be reached at p95


def submission_speed(url: str) -> str:
    """Seconds from Confirm to accepted on the simulator: one at a time, and 200 people at once."""
    command = [
        sys.executable,
        "-m",
        "planbridge.cli.simulator",
        "--port",
        "0",
        "--plans",
        "1",
        "--people",
        "250",
        "--json",
    ]
    simulator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        line = simulator.stdout.readline() if simulator.stdout else ""
        said = json.loads(line)
        measuring = [sys.executable, "-m", "benchmarks.submission_process", "-", url, said["url"], said["token"]]
        environment = os.environ | {"DATABASE_URL": url, "PLANBRIDGE_HOME": os.environ["BENCHMARK_HOME"]}
        answer = subprocess.run(measuring, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    finally:
        simulator.terminate()
        simulator.wait(30)
    timed = json.loads(answer.stdout.splitlines()[-1])
    lines = [f"From Confirm to accepted on the simulator, seconds (p95 at most {SECONDS_MAX:.0f})"]
    for name, title in (("single", "one at a time"), ("together", "all at once")):
        one = timed[name]
        lines.append(f"  {title}, {one['count']}: median {one['p50']:.2f}, p95 {one['p95']:.2f}")
    return "\n".join(lines)
