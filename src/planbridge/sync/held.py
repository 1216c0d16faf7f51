"""Held feeds: what a held run read is kept sealed, so that 'Apply anyway' applies what was shown and nothing newer.

Of a reading that has only parts of people those parts are kept, and completed anew when they are applied: what it does
not say may have changed meanwhile, and what it rejects goes to quarantine as it was delivered.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

import msgspec
import polars as pl

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import Carried, ControlTotals, PeopleGroup, PlanFeed, WantedPlan
from planbridge.recordkeepers.delivered import Delivered, DeliveredPart
from planbridge.security.sealing import seal, unseal
from planbridge.sync.batch import Batch
from planbridge.sync.completion import CompletedParts
from planbridge.sync.run import HeldFeed

FEED_PART = 0


def feed_place(plan_id: int, run_id: UUID, part: int) -> str:
    """Where a sealed part belongs."""
    return f"held_feed/{plan_id}/{run_id}/{part}"


def keep_held(batch: Batch, group: PeopleGroup, held: Mapping[int, list[Problem]]) -> None:
    """Keep what was read of the held plans, in the caller's transaction."""
    if not held:
        return
    feeds = {feed.wanted.plan_id: feed for feed in group.feeds}
    parts, carried = as_read(group)
    for plan_id in held:
        keep(plan_id, batch.tickets[plan_id].run_id, FEED_PART, feed_as_bytes(feeds[plan_id], carried))
    for number, part in enumerate(parts, start=1):
        for plan_id in held:
            own = part_of(part.numbered(None), feeds[plan_id].wanted.external_plan_id)
            keep(plan_id, batch.tickets[plan_id].run_id, number, part_as_bytes(own))


def as_read(group: PeopleGroup) -> tuple[Iterable[Delivered], Carried | None]:
    """A group's parts before they were completed, and what they carry of each person."""
    if isinstance(group.parts, CompletedParts):
        return group.parts.parts, group.parts.carried
    return group.parts, None


def keep(plan_id: int, run_id: UUID, part: int, content: bytes) -> None:
    """Write one sealed part, in place of one kept before by the same run."""
    place = feed_place(plan_id, run_id, part)
    HeldFeed.objects.filter(plan_id=plan_id, run_id=run_id, part=part).delete()
    HeldFeed.objects.create(plan_id=plan_id, run_id=run_id, part=part, frames_sealed=seal(content, place))


def part_of(part: DeliveredPart, external_plan_id: str) -> DeliveredPart:
    """The part with one plan's people only."""
    people = part.people.filter(pl.col("plan_id").str.strip_chars() == external_plan_id)
    records = people.select("record")
    items = {
        table: rows.join(records, on="record", how="semi", maintain_order="left") for table, rows in part.items.items()
    }
    malformed = None if part.malformed is None else part.malformed.filter(pl.col("plan_id") == external_plan_id)
    orphans = part.orphans.filter(pl.col("plan_id") == external_plan_id)
    stated = part.stated and {table: rows.join(records, on="record", how="semi") for table, rows in part.stated.items()}
    return DeliveredPart(people, items, orphans, part.unknown_fields, malformed, stated=stated)


def part_as_bytes(part: DeliveredPart) -> bytes:
    """A part's frames as Arrow files after one another, with an index before them."""
    frames = {"people": part.people, "orphans": part.orphans} | {
        f"items.{name}": rows for name, rows in part.items.items()
    }
    if part.malformed is not None:
        frames["malformed"] = part.malformed
    frames |= {f"stated.{name}": rows for name, rows in (part.stated or {}).items()}
    blocks = []
    for frame in frames.values():
        buffer = BytesIO()
        frame.write_ipc(buffer, compression="zstd")
        blocks.append(buffer.getvalue())
    index = {
        "unknown": part.unknown_fields,
        "tells_stated": part.stated is not None,
        "frames": dict(zip(frames, map(len, blocks), strict=True)),
    }
    return json.dumps(index).encode() + b"\n" + b"".join(blocks)


def part_from_bytes(content: bytes) -> DeliveredPart:
    """The part that `part_as_bytes` wrote."""
    head, _, rest = content.partition(b"\n")
    index = json.loads(head)
    frames: dict[str, pl.DataFrame] = {}
    start = 0
    for name, length in index["frames"].items():
        frames[name] = pl.read_ipc(BytesIO(rest[start : start + length]), use_pyarrow=False)
        start += length
    items = {name.removeprefix("items."): rows for name, rows in frames.items() if name.startswith("items.")}
    stated = {name.removeprefix("stated."): rows for name, rows in frames.items() if name.startswith("stated.")}
    return DeliveredPart(
        frames["people"],
        items,
        frames["orphans"],
        tuple(index["unknown"]),
        frames.get("malformed"),
        stated=stated if index.get("tells_stated") else None,
    )


def feed_as_bytes(feed: PlanFeed, carried: Carried | None = None) -> bytes:
    """What a held run's feed said beside its people, and what it carried of each (None: whole people)."""
    totals = feed.totals
    return json.dumps(
        {
            "as_of": feed.as_of.isoformat() if feed.as_of else None,
            "is_complete": feed.is_complete,
            "is_partial": feed.is_partial,
            "may_miss": feed.may_miss,
            "delivered_as": feed.delivered_as,
            "deleted": feed.deleted,
            "problems": [asdict(problem) for problem in feed.problems],
            "carried": carried and msgspec.to_builtins(carried),
            "changed_since": feed.wanted.changed_since.isoformat() if feed.wanted.changed_since else None,
            "totals": None
            if totals is None
            else {
                "participants": totals.participants,
                "market_value": str(totals.market_value),
                "by_source": {source: str(dollars) for source, dollars in totals.by_source.items()},
                "by_fund": {fund: [str(units), str(dollars)] for fund, (units, dollars) in totals.by_fund.items()},
            },
        }
    ).encode()


def carried_from_bytes(content: bytes) -> Carried | None:
    """What `feed_as_bytes` was told that is carried."""
    kept = json.loads(content).get("carried")
    return msgspec.convert(kept, Carried) if kept else None


def feed_from_bytes(content: bytes, wanted: WantedPlan) -> PlanFeed:
    """The feed that `feed_as_bytes` wrote."""
    kept: dict[str, Any] = json.loads(content)
    totals = kept["totals"]
    return PlanFeed(
        wanted=wanted,
        as_of=datetime.fromisoformat(kept["as_of"]) if kept["as_of"] else None,
        is_complete=kept["is_complete"],
        is_partial=kept.get("is_partial", False),
        may_miss=kept.get("may_miss", False),
        delivered_as=kept["delivered_as"],
        deleted=tuple(kept["deleted"]),
        problems=tuple(Problem(**problem) for problem in kept.get("problems", ())),
        totals=None
        if totals is None
        else ControlTotals(
            totals["participants"],
            Decimal(totals["market_value"]),
            {source: Decimal(dollars) for source, dollars in totals["by_source"].items()},
            {fund: (Decimal(units), Decimal(dollars)) for fund, (units, dollars) in totals["by_fund"].items()},
        ),
    )


@dataclass(frozen=True)
class KeptParts:
    """The kept parts of a held run, read anew each time they are gone through."""

    plan_id: int
    run_id: UUID

    def __iter__(self) -> Iterator[DeliveredPart]:
        kept = HeldFeed.objects.filter(plan_id=self.plan_id, run_id=self.run_id, part__gt=FEED_PART).order_by("part")
        for row in kept.iterator(chunk_size=1):
            place = feed_place(self.plan_id, self.run_id, row.part)
            yield part_from_bytes(unseal(bytes(row.frames_sealed), place))


def kept_group(wanted: WantedPlan, run_id: UUID) -> PeopleGroup | None:
    """What a held run kept; None when it kept nothing."""
    head = HeldFeed.objects.filter(plan_id=wanted.plan_id, run_id=run_id, part=FEED_PART).first()
    if head is None:
        return None
    said = unseal(bytes(head.frames_sealed), feed_place(wanted.plan_id, run_id, FEED_PART))
    feed, carried = feed_from_bytes(said, wanted), carried_from_bytes(said)
    return PeopleGroup((feed,), KeptParts(wanted.plan_id, run_id), carried=carried)
