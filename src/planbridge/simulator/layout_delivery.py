"""Writes deliveries in the layouts that profiles describe into a drop folder; broken on purpose if asked."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec

from planbridge.simulator.business_days import text_of_time
from planbridge.simulator.file_face import Delivery, DeliveryRefusedError, plans_of, write_whole
from planbridge.simulator.layout import Layout, LayoutUnknownError, read_layout, shipped_layout
from planbridge.simulator.layout_bytes import Lies, file_bytes
from planbridge.simulator.layout_rows import PlanRows
from planbridge.simulator.layout_text import ValueUnfitError
from planbridge.simulator.ofx_statements import Statements
from planbridge.simulator.plans import Document
from planbridge.simulator.recordkeeper import Recordkeeper
from planbridge.simulator.sent_changes import changed_people

_TEXT = ("delimited", "fixed_width", "ofx")
_RECORDS = ("delimited", "fixed_width", "excel")
LAYOUT_FAULTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "half_file": ("the file ends in the middle", (*_TEXT, "excel")),
    "empty_file": ("a file without a byte", (*_TEXT, "excel")),
    "wrong_encoding": ("text is UTF-16", _TEXT),
    "missing_column": ("the column of the person's key (by position: the last) is not there", ("delimited", "excel")),
    "broken_row": ("the first row is too long or too short, or has no number or date where one belongs", (*_TEXT, "excel")),
    "duplicate_rows": ("the first row stands there twice", _RECORDS),
    "reordered_rows": ("rows in reverse order", (*_TEXT, "excel")),
    "lying_totals": ("the totals have a dollar too much", ("fixed_width", "delimited", "ofx")),
    "lying_count": ("the trailer counts one too many", ("fixed_width", "delimited")),
    "duplicate": ("the same file lies there under two names", (*_TEXT, "excel")),
}  # fmt: skip
# The names that such files have, by layout; a layout that is not here has its own name, the plan and the moment.
_NAMES = {
    "ascensus-180": "AP_{plan}_1_{at:%m%d%Y.%H%M%S}.csv",
    "paykonnect-180": "{plan}_{at:%d%m%Y}_{at:%H%M%S}000.csv",
    "empower-pdi": "ftp{at:%Y%m%d%H%M%S}000{plan}.txt",
}
_POSITIONS = b"<INVPOSLIST>"
_ENDINGS = {"delimited": "csv", "fixed_width": "txt", "excel": "xlsx", "ofx": "ofx"}


@dataclass(frozen=True, slots=True)
class _File:
    """One file: its plans, how many rows or statements it has, and its bytes."""

    plans: list[Document]
    rows: int
    content: bytes


def deliver_layout(keeper: Recordkeeper, delivery: Delivery) -> dict[str, object]:
    """Write a file a plan (OFX: one of all plans) into a folder. Raises PlanUnknownError and DeliveryRefusedError."""
    try:
        layout = read_layout(Path(delivery.form)) if delivery.form.endswith(".yaml") else shipped_layout(delivery.form)
        check_fault(layout, delivery.fault)
        plans = [keeper.plan(plan_id) for plan_id in plans_of(keeper, delivery)]
        write = _statement_files if layout.format == "ofx" else _record_files
        files = list(write(keeper, layout, plans, delivery))
    except (LayoutUnknownError, ValueUnfitError) as error:
        raise DeliveryRefusedError(str(error)) from error
    delivery.folder.mkdir(parents=True, exist_ok=True)
    described = []
    for file in files:
        content = _FINISHES.get(delivery.fault or "", _as_it_is)(file.content)
        for name in _names(layout, file, keeper.moment, is_double=delivery.fault == "duplicate"):
            write_whole(delivery.folder / name, content)
            digest = hashlib.sha256(content).hexdigest()
            described.append({"name": name, "rows": file.rows, "bytes": len(content), "sha256": digest})
    return {"folder": str(delivery.folder), "files": described, "as_of": text_of_time(keeper.moment)}


def check_fault(layout: Layout, fault: str | None) -> None:
    """Raise DeliveryRefusedError for a fault that files of this layout cannot have."""
    if fault is None:
        return
    _, formats = LAYOUT_FAULTS.get(fault, ("", ()))
    has_sums = layout.format == "ofx" or any(total.sums for total in layout.totals)
    has_counts = any(total.counts for total in layout.totals)
    is_nothing_to_lie = (fault == "lying_totals" and not has_sums) or (fault == "lying_count" and not has_counts)
    if layout.format not in formats or is_nothing_to_lie:
        able = [name for name, (_, formats) in LAYOUT_FAULTS.items() if layout.format in formats]
        message = f"fault {fault}: {layout.profile} cannot have it; of its format: {', '.join(able)}"
        raise DeliveryRefusedError(message)


def _record_files(
    keeper: Recordkeeper, layout: Layout, plans: Sequence[Document], delivery: Delivery
) -> Iterator[_File]:
    """A file a plan: a header can name one plan only."""
    fault = delivery.fault
    lies = Lies(
        sum_dollars=int(fault == "lying_totals"),
        counts=int(fault == "lying_count"),
        drops_column=fault == "missing_column",
    )
    for plan in plans:
        rows = PlanRows(layout, plan, keeper.moment.date())
        details = [
            row
            for person, good in _people(keeper, layout, plan["plan_id"], delivery)
            for row in rows.of_person(person, good)
        ]
        if fault == "reordered_rows":
            details.reverse()
        if fault == "duplicate_rows":
            details[1:1] = details[:1]
        if fault == "broken_row":
            details[:1] = [replace(row, is_broken=True) for row in details[:1]]
        yield _File([plan], len(details), file_bytes(rows, details, lies))


def _statement_files(
    keeper: Recordkeeper, layout: Layout, plans: Sequence[Document], delivery: Delivery
) -> Iterator[_File]:
    """One file of the statements of all plans."""
    fault = delivery.fault
    statements = Statements(layout, keeper.moment, lie_dollars=int(fault == "lying_totals"))
    accounts = [(plan, person) for plan in plans for person, _ in _people(keeper, layout, plan["plan_id"], delivery)]
    texts = [
        statements.statement(plan, person, is_broken=fault == "broken_row" and place == 0)
        for place, (plan, person) in enumerate(accounts)
    ]
    if fault == "reordered_rows":
        texts.reverse()
    yield _File(list(plans), len(texts), statements.file(plans, texts))


def _people(
    keeper: Recordkeeper, layout: Layout, plan_id: str, delivery: Delivery
) -> Iterable[tuple[Document, Document]]:
    """Each person as delivered, defects included, and as it should be; of a file of changes those who changed."""
    good = dict(keeper.people(plan_id))
    served = keeper.served_people(plan_id, keeper.sequence)
    people = ((msgspec.json.decode(text), good[person_id]) for person_id, text in served)
    return changed_people(keeper, layout, plan_id, people) if delivery.is_of_changes else people


def _names(layout: Layout, file: _File, moment: datetime, *, is_double: bool) -> list[str]:
    plan = file.plans[0]["plan_id"] if len(file.plans) == 1 else "all"
    pattern = _NAMES.get(layout.profile, f"{layout.profile}_{{plan}}_{{at:%Y%m%d%H%M%S}}.{_ENDINGS[layout.format]}")
    later = moment.replace(second=(moment.second + 30) % 60)
    return [pattern.format(plan=plan, at=at) for at in ([moment, later] if is_double else [moment])]


def _as_it_is(content: bytes) -> bytes:
    return content


def _half(content: bytes) -> bytes:
    """The file up to a few letters into a record in its middle, so that what is left of that is no whole record."""
    middle = len(content) // 2
    positions = content.find(_POSITIONS, middle)
    if positions >= 0:
        return content[: positions + len(_POSITIONS)]
    line = content.rfind(b"\n", 0, middle) + 1
    return content[: line + 6] if line else content[:middle]


def _utf16(content: bytes) -> bytes:
    return content.decode("utf-8", "replace").encode("utf-16")


def _nothing(_content: bytes) -> bytes:
    return b""


_FINISHES: dict[str, Callable[[bytes], bytes]] = {
    "half_file": _half, "wrong_encoding": _utf16, "empty_file": _nothing,
}  # fmt: skip
