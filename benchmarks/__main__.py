"""`make bench`: every benchmark in one run on one server, medians, and the ratios against what is to be reached."""

import argparse
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.enrollment import enrollment_at_once
from benchmarks.many_runs import many_participant_runs, many_plan_runs
from benchmarks.memory import million_people
from benchmarks.peers.compare import TITLES, format_table, measure_peers, write_deliveries
from benchmarks.peers.harness import PEERS
from benchmarks.portal_pages import portal_pages
from benchmarks.profiles import profile_speed
from benchmarks.review_speed import review_speed
from benchmarks.submissions import submission_speed
from planbridge.config.embedded_postgres import attach, release

# (day, peer, at most this ratio of Planbridge's seconds to the peer's)
GOALS = (
    ("shuffled", "copy_plain", 1 / 2),
    ("shuffled", "dlt_merge", 1 / 8),
    ("shuffled", "django_orm", 1 / 60),
    ("shuffled", "hand_tuned", 1.3),
    ("prices", "copy_plain", 1 / 2),
    ("prices", "dlt_merge", 1 / 8),
    ("prices", "django_orm", 1 / 60),
    ("prices", "hand_tuned", 1.3),
    ("one_percent", "copy_plain", 1 / 1.3),
    ("one_percent", "dlt_merge", 1 / 6),
    ("base", "copy_keyed", 1.2),
    ("base", "dlt_merge", 1.0),
    ("all", "copy_plain", 4.0),
)
OURS = "planbridge_sync"


def ratios(medians: Mapping[str, Mapping[str, float]]) -> str:
    """The goals with the ratios measured, as a Markdown table."""
    lines = ["| day | against | to reach | measured | reached |", "|---|---|---:|---:|---|"]
    for day, peer, most in GOALS:
        if peer in medians:
            ratio = medians[OURS][day] / medians[peer][day]
            reached = "yes" if ratio <= most else "no"
            lines.append(f"| {TITLES[day]} | {peer} | {most:.3f} | {ratio:.3f} | {reached} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--plans", type=int, default=714)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument(
        "--only",
        choices=("peers", "ndjson", "runs", "memory", "portal", "profiles", "review", "submissions", "enrollment"),
        default=None,
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="planbridge-bench-") as passing:
        folder = Path(passing)
        os.environ["BENCHMARK_HOME"] = str(folder / "home")
        server = attach(folder / "postgres")
        try:
            # As the superuser: a CHECKPOINT before each run keeps what an earlier one left to write out of its time.
            measure(arguments, folder, server.url.replace("://planbridge@", "://postgres@"))
        finally:
            release(server)


def measure(arguments: argparse.Namespace, folder: Path, url: str) -> None:
    """The benchmarks one after the other; each prints as soon as it is done."""
    size = {"people": arguments.people, "plans": arguments.plans}
    if arguments.only in (None, "peers"):
        deliveries = write_deliveries(folder / "csv", **size)
        medians = measure_peers(arguments.peers, url, deliveries, rounds=arguments.rounds)
        print(f"Participant sync, {arguments.people:,} people in {arguments.plans:,} plans, CSV, seconds (medians)\n")
        print(format_table(medians), "\n")
        print("Ratio of Planbridge's seconds to the peer's\n")
        print(ratios(medians), "\n", flush=True)
    if arguments.only in (None, "ndjson"):
        deliveries = write_deliveries(folder / "ndjson", **size, form="ndjson")
        medians = measure_peers([OURS], url, deliveries, rounds=min(arguments.rounds, 3))
        print("The same from NDJSON, seconds\n")
        print(format_table(medians), "\n", flush=True)
    if arguments.only in (None, "runs"):
        print(many_participant_runs(url, folder, plans=700, people_a_plan=140), flush=True)
        print(many_plan_runs(url, folder, plans=200), "\n", flush=True)
    if arguments.only in (None, "memory"):
        print(million_people(url, folder), "\n", flush=True)
    if arguments.only in (None, "profiles"):
        print(profile_speed(folder), "\n", flush=True)
    if arguments.only in (None, "submissions"):
        print(submission_speed(url), "\n", flush=True)
    if arguments.only in (None, "enrollment"):
        print(enrollment_at_once(url), "\n", flush=True)
    if arguments.only in (None, "review"):
        print(review_speed(url), "\n", flush=True)
    if arguments.only in (None, "portal"):
        print(portal_pages(url), flush=True)


if __name__ == "__main__":
    main()
