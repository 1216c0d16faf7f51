"""Peer: a bare COPY of the four CSV files into empty typed tables without keys: the floor of any load."""

from pathlib import Path

from benchmarks.peers.canonical_tables import TABLES, copy_delivery
from benchmarks.peers.peer_schema import connect, create_empty

SCHEMA = "peer_copy_plain"


def prepare(url: str) -> None:
    """Leave empty tables."""
    with create_empty(url, SCHEMA) as connection:
        connection.execute(TABLES)


def run(url: str, folder: Path) -> None:
    """Copy the delivery in one transaction."""
    with connect(url, SCHEMA) as connection:
        copy_delivery(connection, folder)
