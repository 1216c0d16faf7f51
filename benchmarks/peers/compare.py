"""Measures every peer on every kind of day and prints the medians as a table.

`python -m benchmarks.peers.compare --url URL [--people N] [--plans N] [--rounds K] [--peers NAME ...]`
"""

import argparse
import statistics
import tempfile
from pathlib import Path

import psycopg

from benchmarks.datasets import VARIANTS, Form, write_delivery
from benchmarks.peers.harness import FRESH_EACH_TIME, PEERS, time_peer

# A round of these takes a minute or more, and their distance to the others is far larger than any noise.
ONE_ROUND = ("dlt_merge", "django_orm")
TITLES = {
    "base": "first",
    "shuffled": "nothing changed",
    "prices": "prices only",
    "one_percent": "1 % changed",
    "all": "all changed",
}


def write_deliveries(folder: Path, *, people: int, plans: int, form: Form = "csv") -> dict[str, Path]:
    """Write each variant below the folder and return the deliveries' folders by variant."""
    folders = {variant: folder / variant for variant in VARIANTS}
    for variant, delivery in folders.items():
        write_delivery(delivery, variant, people=people, plans=plans, form=form)
    return folders


def measure_peer(name: str, url: str, deliveries: dict[str, Path]) -> dict[str, float]:
    """Run a peer through one round, the first load into an empty schema, and return its seconds by variant."""
    seconds = {}
    for variant, folder in deliveries.items():
        with psycopg.connect(url, autocommit=True) as connection:
            # What an earlier run left to write must not fall into this one's time.
            connection.execute("CHECKPOINT")
        is_prepared = variant != "base" and name not in FRESH_EACH_TIME
        seconds[variant] = time_peer(name, url, folder, is_prepared=is_prepared)
    return seconds


def measure_peers(
    names: list[str], url: str, deliveries: dict[str, Path], *, rounds: int
) -> dict[str, dict[str, float]]:
    """Return each peer's median seconds by variant; the rounds alternate between the peers."""
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names:
            if number == 0 or name not in ONE_ROUND:
                measured[name].append(measure_peer(name, url, deliveries))
    return {
        name: {variant: statistics.median(one[variant] for one in peer_rounds) for variant in deliveries}
        for name, peer_rounds in measured.items()
    }


def format_table(medians: dict[str, dict[str, float]]) -> str:
    """Return the medians as a Markdown table, a row for each peer, in seconds."""
    lines = ["| peer | " + " | ".join(TITLES.values()) + " |", "|---|" + "---:|" * len(TITLES)]
    for name, seconds in medians.items():
        lines.append(f"| {name} | " + " | ".join(f"{seconds[variant]:.2f}" for variant in TITLES) + " |")
    return "\n".join(lines)


def main() -> None:
    """Write the deliveries into a temporary folder, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--plans", type=int, default=714)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        deliveries = write_deliveries(Path(folder), people=arguments.people, plans=arguments.plans)
        print(format_table(measure_peers(arguments.peers, arguments.url, deliveries, rounds=arguments.rounds)))


if __name__ == "__main__":
    main()
