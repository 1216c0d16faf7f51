"""Runs one peer once in this process and reports its seconds; imports and process start stay outside the timing.

`python -m benchmarks.peers.harness PEER URL FOLDER [--prepare]` prints READY once everything is imported and
prepared, waits for a line on standard input, runs, and prints `{"peer": ..., "seconds": ...}`.
"""

import argparse
import gc
import importlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Protocol, cast

PEERS = ("copy_plain", "copy_keyed", "hand_tuned", "planbridge_sync", "dlt_merge", "django_orm")
# A bare COPY cannot meet rows that are there already: these begin each run with empty tables.
FRESH_EACH_TIME = ("copy_plain", "copy_keyed")


class Peer(Protocol):
    """What each module of a peer offers."""

    def prepare(self, url: str) -> None:
        """Leave the peer's schema empty."""

    def run(self, url: str, folder: Path) -> None:
        """Bring the delivery in the folder into the peer's schema and commit."""


def load_peer(name: str) -> Peer:
    """Import a peer's module: some configure a framework on import, so that each runs in a process of its own."""
    return cast("Peer", importlib.import_module(f"benchmarks.peers.{name}"))


def time_peer(name: str, url: str, folder: Path, *, is_prepared: bool) -> float:
    """Run a peer in a fresh process, on an empty schema unless it is prepared already, and return its seconds."""
    command = [sys.executable, "-m", "benchmarks.peers.harness", name, url, str(folder)]
    if not is_prepared:
        command.append("--prepare")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        output, _ = process.communicate("go\n")
    if process.returncode != 0:
        raise RuntimeError(f"peer {name} ended with {process.returncode}: its message stands above")
    return float(json.loads(output.splitlines()[-1])["seconds"])


def main() -> None:
    """Run the peer that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prepare", action="store_true", help="begin with an empty schema")
    arguments = parser.parse_args()
    peer = load_peer(arguments.peer)
    if arguments.prepare:
        peer.prepare(arguments.url)
    get_ready = getattr(peer, "get_ready", None)  # what has to happen before the work that is timed
    if get_ready is not None:
        get_ready(arguments.url, arguments.folder)
    gc.collect()  # as Planbridge's worker does when it has begun: what is loaded stays, for every peer alike
    gc.freeze()
    print("READY", flush=True)
    sys.stdin.readline()
    started = time.perf_counter()
    peer.run(arguments.url, arguments.folder)
    seconds = time.perf_counter() - started
    check = getattr(peer, "check", None)
    if check is not None:
        check()
    print(json.dumps({"peer": arguments.peer, "seconds": round(seconds, 4)}))


if __name__ == "__main__":
    main()
