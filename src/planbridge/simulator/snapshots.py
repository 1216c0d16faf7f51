"""Snapshots of a plan's people, the pages and lines read from them, and their control totals."""

import base64
import binascii
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from planbridge.simulator import store as statements
from planbridge.simulator.amounts import scaled, text_of_cents, text_of_units
from planbridge.simulator.business_days import text_of_time
from planbridge.simulator.plans import Document
from planbridge.simulator.recordkeeper import Recordkeeper
from planbridge.simulator.store import LAST_TEXT

SNAPSHOT_SECONDS = 900.0
_STREAM_BATCH = 1000


class SnapshotExpiredError(LookupError):
    """The snapshot is too old, or was expired by command."""


class SnapshotUnknownError(LookupError):
    """No snapshot of this plan has this id."""


class CursorInvalidError(ValueError):
    """The cursor is not one that this recordkeeper gave out."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A plan's people as of one change; its id is what clients see."""

    number: int
    plan_id: str
    sequence: int
    as_of: str

    @property
    def snapshot_id(self) -> str:
        """The id that clients see."""
        return f"s-{self.number}"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which people of a snapshot: all (the defaults), those changed since a time (UTC text), or one; after an id."""

    since: str = ""
    only: str = ""
    after: str = ""


class _Position(msgspec.Struct):
    source: str
    fund: str
    units: str
    market_value: str


class _Holdings(msgspec.Struct):
    balances: list[_Position]


_holdings = msgspec.json.Decoder(_Holdings)


def current_snapshot(keeper: Recordkeeper, plan_id: str) -> Snapshot:
    """Return a snapshot of a plan as it is now, a fresh one or one made for the same state; raises PlanUnknownError."""
    keeper.plan_text(plan_id)
    now = time.time()
    with keeper.store.writing() as connection:
        sequence, as_of = keeper.sequence, text_of_time(keeper.moment)
        row = connection.execute(statements.LATEST_SNAPSHOT, (plan_id, sequence, now - SNAPSHOT_SECONDS / 2)).fetchone()
        if row:
            return Snapshot(*row[:4])
        number = connection.execute(statements.INSERT_SNAPSHOT, (plan_id, sequence, as_of, now)).fetchone()[0]
    return Snapshot(number, plan_id, sequence, as_of)


def read_snapshot(keeper: Recordkeeper, plan_id: str, snapshot_id: str) -> Snapshot:
    """Return a plan's snapshot by its id; raises SnapshotUnknownError and SnapshotExpiredError."""
    text = snapshot_id.removeprefix("s-")
    row = keeper.store.row(statements.READ_SNAPSHOT, (int(text),)) if text.isdecimal() and len(text) < 18 else None
    if row is None or row[1] != plan_id:
        raise SnapshotUnknownError(snapshot_id)
    if row[5] or row[4] < time.time() - SNAPSHOT_SECONDS:
        raise SnapshotExpiredError(snapshot_id)
    return Snapshot(*row[:4])


def expire_snapshots(keeper: Recordkeeper) -> int:
    """Expire every snapshot now and return how many were alive."""
    with keeper.store.writing() as connection:
        return connection.execute(statements.EXPIRE_SNAPSHOTS, (time.time() + 1,)).rowcount


def prune_history(keeper: Recordkeeper) -> None:
    """Forget versions of people that no living snapshot can show."""
    with keeper.store.writing() as connection:
        connection.execute(statements.EXPIRE_SNAPSHOTS, (time.time() - SNAPSHOT_SECONDS,))
        oldest = connection.execute(statements.OLDEST_SEQUENCE).fetchone()[0]
        floor = keeper.sequence if oldest is None else min(oldest, keeper.sequence)
        connection.execute(statements.PRUNE_PEOPLE, (floor,))


def read_people(keeper: Recordkeeper, snapshot: Snapshot, selection: Selection, limit: int) -> list[tuple[str, str]]:
    """Return up to so many selected people as id and JSON text, in order of id; of the gone only that they are."""
    rows = keeper.store.rows(
        statements.LIST_PEOPLE,
        {
            "plan_id": snapshot.plan_id,
            "after": selection.after,
            "first": selection.only,
            "last": selection.only or LAST_TEXT,
            "sequence": snapshot.sequence,
            "since": selection.since,
            "limit": limit,
        },
    )
    return [(person, text if text is not None else _gone(person)) for person, text in rows]


def stream_people(keeper: Recordkeeper, snapshot: Snapshot, selection: Selection) -> Iterator[list[tuple[str, str]]]:
    """Give all selected people in batches of id and JSON text."""
    while rows := read_people(keeper, snapshot, selection, _STREAM_BATCH):
        yield rows
        selection = Selection(selection.since, selection.only, rows[-1][0])


def encode_cursor(snapshot: Snapshot, selection: Selection) -> str:
    """Return the opaque text that continues a listing after the selection's last person."""
    parts = [snapshot.snapshot_id, selection.since, selection.only, selection.after]
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[str, Selection]:
    """Return the snapshot id and selection of a cursor; raises CursorInvalidError."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        snapshot_id, since, only, after = msgspec.json.decode(raw, type=tuple[str, str, str, str])
    except (binascii.Error, ValueError) as error:
        raise CursorInvalidError(cursor) from error
    return snapshot_id, Selection(since, only, after)


def control_totals(
    keeper: Recordkeeper, snapshot: Snapshot, counts: Callable[[str], bool] = lambda _person: True
) -> Document:
    """Return the control totals of a snapshot, over the people whose id `counts` accepts."""
    people, value = 0, 0
    by_source: dict[str, int] = defaultdict(int)
    by_fund: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for person, text in keeper.served_people(snapshot.plan_id, snapshot.sequence):
        if not counts(person):
            continue
        people += 1
        for position in _holdings.decode(text).balances:
            cents = scaled(position.market_value, 2)
            units, fund_cents = by_fund[position.fund]
            by_fund[position.fund] = (units + scaled(position.units, 6), fund_cents + cents)
            by_source[position.source] += cents
            value += cents
    return {
        "snapshot": snapshot.snapshot_id,
        "participants": people,
        "market_value": text_of_cents(value),
        "by_source": [
            {"source": source, "market_value": text_of_cents(cents)} for source, cents in sorted(by_source.items())
        ],
        "by_fund": [
            {"fund": fund, "units": text_of_units(units), "market_value": text_of_cents(cents)}
            for fund, (units, cents) in sorted(by_fund.items())
        ],
    }


def _gone(person: str) -> str:
    return msgspec.json.encode({"participant_id": person, "deleted": True}).decode()
