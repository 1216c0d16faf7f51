"""Memory: one delivery of a million people with eight positions each, in one process."""

import os
import resource
import subprocess
import sys
from pathlib import Path

from benchmarks.datasets import write_delivery

GIGABYTE = 1 << 30


def million_people(url: str, folder: Path, *, people: int = 1_000_000, plans: int = 7_140) -> str:
    """The largest memory of a process that takes in such a delivery for the first time."""
    delivery = folder / "million" / "base"
    write_delivery(delivery, "base", people=people, plans=plans, form="csv")
    command = [sys.executable, "-m", "benchmarks.memory", "planbridge_sync", url, str(delivery)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
    return f"{people:,} people x 8 positions in one delivery (at most 1.5 GB): {answer.stdout.strip()}"


def main() -> None:
    """Take the delivery in and print the largest memory of this process."""
    from benchmarks.peers import planbridge_sync as peer  # noqa: PLC0415 - it reads this process's arguments on import

    folder = Path(sys.argv[3])
    peer.prepare(sys.argv[2])
    peer.get_ready(sys.argv[2], folder)
    peer.run(sys.argv[2], folder)
    peer.check()
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"{largest / GIGABYTE:.2f} GB")


if __name__ == "__main__":
    main()
