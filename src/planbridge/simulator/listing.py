"""One listing of participants as the API shows it, as a page or as NDJSON, with the faults that change it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import msgspec

from planbridge.simulator.faults import Faults
from planbridge.simulator.recordkeeper import Recordkeeper
from planbridge.simulator.snapshots import Selection, Snapshot, encode_cursor, read_people, stream_people

Rows = list[tuple[str, str]]
_DROP_ONE_IN = 5


@dataclass(frozen=True, slots=True)
class Listing:
    """What is listed: a selection of a snapshot, in pages of so many people at most."""

    keeper: Recordkeeper
    snapshot: Snapshot
    selection: Selection
    limit: int


def is_kept(participant: str) -> bool:
    """Say whether the fault dropped_people keeps a person: it drops every fifth by number."""
    number = "".join(letter for letter in participant.rpartition("-")[2] if letter.isdecimal())
    return int(number or "0") % _DROP_ONE_IN != 0


def encode_page(listing: Listing, faults: Faults) -> bytes:
    """Return one page of a listing as the JSON body the API promises."""
    snapshot, selection = listing.snapshot, listing.selection

    def is_on(name: str) -> bool:
        return faults.take(name, call="participants", plan_id=snapshot.plan_id) is not None

    doubles = [name for name in ("duplicate_same", "duplicate_other") if is_on(name)]
    limit = _half(listing) if doubles else listing.limit
    rows = read_people(listing.keeper, snapshot, selection, limit + 1)
    has_more = len(rows) > limit
    rows = rows[:limit]
    cursor = encode_cursor(snapshot, replace(selection, after=rows[-1][0])) if has_more else None
    if is_on("cursor_loop") and rows:
        cursor = encode_cursor(snapshot, replace(selection, after=""))
    if is_on("half_listing"):
        rows, cursor = rows[: len(rows) // 2], None
    if doubles and (selection.after or not has_more):
        rows = [*rows, *_repeated(listing, other_content="duplicate_other" in doubles)]
    rows = _changed_rows(rows, drops=is_on("dropped_people"), reverses=is_on("reordered"))
    head = msgspec.json.encode({"snapshot": snapshot.snapshot_id, "as_of": snapshot.as_of})
    people = ",".join(text for _, text in rows).encode()
    return head[:-1] + b',"participants":[' + people + b'],"next":' + msgspec.json.encode(cursor) + b"}"


def encode_lines(listing: Listing, faults: Faults) -> Iterator[bytes]:
    """Give a listing as NDJSON in pieces of many lines, with its end line last."""
    active = {
        name
        for name in (
            "duplicate_same", "duplicate_other", "half_listing", "dropped_people", "reordered", "ndjson_no_end",
            "ndjson_wrong_count",
        )
        if faults.take(name, call="participants", plan_id=listing.snapshot.plan_id)
    }  # fmt: skip
    batches: Iterable[Rows] = stream_people(listing.keeper, listing.snapshot, listing.selection)
    if "half_listing" in active:
        everyone = [row for batch in batches for row in batch]
        batches = [everyone[: len(everyone) // 2]]
    count = 0
    for batch in batches:
        rows = _changed_rows(batch, drops="dropped_people" in active, reverses="reordered" in active)
        count += len(rows)
        if rows:
            yield "\n".join(text for _, text in rows).encode() + b"\n"
    if active & {"duplicate_same", "duplicate_other"}:
        for _, text in _repeated(listing, other_content="duplicate_other" in active):
            count += 1
            yield text.encode() + b"\n"
    if "ndjson_no_end" not in active:
        wrong = 1 if "ndjson_wrong_count" in active else 0
        yield (
            msgspec.json.encode({"end": True, "snapshot": listing.snapshot.snapshot_id, "count": count + wrong}) + b"\n"
        )


def _half(listing: Listing) -> int:
    """Return a page size by which the listing has two pages at least, so that a person can stand on both."""
    count = sum(
        len(batch) for batch in stream_people(listing.keeper, listing.snapshot, replace(listing.selection, after=""))
    )
    return min(listing.limit, max(1, (count + 1) // 2))


def _repeated(listing: Listing, *, other_content: bool) -> Rows:
    """Return the listing's first person once more, as it was or with another pay."""
    rows = read_people(listing.keeper, listing.snapshot, replace(listing.selection, after=""), 1)
    if not other_content:
        return rows
    changed = []
    for person, text in rows:
        document = msgspec.json.decode(text)
        document["annual_compensation"] = "12345.67"
        changed.append((person, msgspec.json.encode(document).decode()))
    return changed


def _changed_rows(rows: Rows, *, drops: bool, reverses: bool) -> Rows:
    kept = [row for row in rows if is_kept(row[0])] if drops else rows
    return kept[::-1] if reverses else kept
