"""Files of changes alone: what was last sent of each person is remembered, and who differs from it is sent, stops included."""

from collections.abc import Iterator

import msgspec

from planbridge.simulator import store as statements
from planbridge.simulator.file_face import PARTS
from planbridge.simulator.layout import Layout
from planbridge.simulator.plans import Document
from planbridge.simulator.recordkeeper import Recordkeeper


def changed_people(
    keeper: Recordkeeper, layout: Layout, plan_id: str, people: Iterator[tuple[Document, Document]]
) -> list[tuple[Document, Document]]:
    """Return who differs in what a layout carries from what was sent last, and remember that they are sent now.

    People are pairs: as delivered, and as they should be. Whoever saved in a source and does not any more is given the
    rate of zero that says so in a file in which absence says nothing.
    """
    place = f"sent:{layout.profile}:{plan_id}"
    text = keeper.store.state(place)
    before: dict[str, Document] = msgspec.json.decode(text) if text else {}
    now, changed = dict(before), []
    for served, good in people:
        person_id = served["participant_id"]
        told = _told(layout, served)
        if told == before.get(person_id):
            continue
        stopped = _stops(before.get(person_id, {}), told)
        changed.append(({**served, "contribution_rates": [*served["contribution_rates"], *stopped]}, good))
        now[person_id] = told
    with keeper.store.writing() as connection:
        connection.execute(statements.WRITE_STATE, (place, msgspec.json.encode(now).decode()))
    return changed


def _told(layout: Layout, person: Document) -> Document:
    """What a layout carries of a person: the lists by name, and the census as one."""
    told = {part: person[part] for part in PARTS if part in layout.carries}
    if "census" in layout.carries:
        told["census"] = {name: value for name, value in person.items() if name not in PARTS}
    return told


def _stops(before: Document, now: Document) -> list[Document]:
    saving = {rate["source"] for rate in now.get("contribution_rates", [])}
    gone = [rate["source"] for rate in before.get("contribution_rates", []) if rate["source"] not in saving]
    return [{"source": source, "percent": "0", "amount": None} for source in gone]
