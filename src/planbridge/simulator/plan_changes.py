"""Changes of one plan by command: hires, leavers, a fund replaced, a contact, a field, defects and their mending."""

import re
from datetime import date
from itertools import cycle, islice
from random import Random

from planbridge.simulator import store as statements
from planbridge.simulator.amounts import scaled
from planbridge.simulator.defects import DEFECTS
from planbridge.simulator.pay_period import move_to_successors
from planbridge.simulator.plans import Document, make_fund
from planbridge.simulator.recordkeeper import Recordkeeper
from planbridge.simulator.store import Row

Result = dict[str, object]


class ChangeRefusedError(ValueError):
    """The change cannot be made; the message says why."""


def hire_people(keeper: Recordkeeper, plan_id: str, count: int) -> Result:
    """Hire so many new people today."""
    with keeper.change() as change:
        hired = keeper.add_people(change, keeper.plan(plan_id), count)
    return {"plan_id": plan_id, "participants": hired}


def let_people_leave(keeper: Recordkeeper, plan_id: str, count: int) -> Result:
    """Terminate so many active people today; their money stays, their contributions stop."""
    # Someone rehired cannot leave again: the extract's CSV has no column for a second termination.
    leavers = []
    for person_id, person in keeper.people(plan_id):
        if person["status"] == "active" and len(person["employment"]) == 1:
            leavers.append((person_id, person))
        if len(leavers) == count:
            break
    with keeper.change() as change:
        for _, person in leavers:
            person["status"] = "terminated"
            person["employment"][0]["termination_date"] = change.day.isoformat()
            person["contribution_rates"] = []
        keeper.write_people(change, plan_id, leavers)
    return {"plan_id": plan_id, "participants": [person_id for person_id, _ in leavers]}


def remove_people(
    keeper: Recordkeeper, plan_id: str, *, count: int = 1, participant_ids: list[str] | None = None
) -> Result:
    """Take named people, or the last so many, out of the plan altogether."""
    present = [person_id for person_id, _ in keeper.people(plan_id)]
    chosen = [person for person in participant_ids if person in set(present)] if participant_ids else present[-count:]
    with keeper.change() as change:
        keeper.remove_people(change, plan_id, chosen)
    return {"plan_id": plan_id, "participants": chosen}


def replace_fund(keeper: Recordkeeper, plan_id: str, *, fund: str | None = None, moves_money: bool = False) -> Result:
    """Close a fund (by default the last open equity fund), open its successor; money follows now or next pay period."""
    plan = keeper.plan(plan_id)
    funds = plan["lineup"]["funds"]
    fits = [item for item in funds if item["status"] == "open" and fund in {None, item["fund"]}]
    fits = [item for item in fits if item["asset_class"] == "us_equity"] if fund is None else fits
    defaults = {item["fund"] for item in plan["lineup"]["default_investment"]}
    if not fits or fits[-1]["fund"] in defaults:
        message = f"no open fund to replace: {fund or 'us_equity'}"
        raise ChangeRefusedError(message)
    old = fits[-1]
    code = _next_code(old["fund"], {item["fund"] for item in funds})
    with keeper.change() as change:
        name = f"{old['name'].removesuffix(' II').removesuffix(' Fund')} Fund II"
        new = make_fund(
            keeper.seed, (code, name, old["asset_class"], "0.05"), day=date.fromisoformat(old["price_date"])
        )
        funds.append(new)
        old.update(status="closed", mapped_to=code)
        plan["lineup"]["effective_date"] = change.day.isoformat()
        keeper.write_plan(change, plan)
        if moves_money:
            prices = {code: scaled(new["price"], 4)}
            keeper.rewrite_plan_people(
                change,
                plan_id,
                lambda person: move_to_successors(person, {old["fund"]: code}, prices, new["price_date"]),
            )
    return {"plan_id": plan_id, "removed": old["fund"], "added": code}


def change_contact(keeper: Recordkeeper, plan_id: str, role: str, changes: dict[str, str]) -> Result:
    """Change name, email or phone of the contact with a role; a role not there yet is added."""
    plan = keeper.plan(plan_id)
    contact = next((item for item in plan["contacts"] if item["role"] == role), None)
    if contact is None:
        contact = {"role": role, "name": None, "email": None, "phone": None}
        plan["contacts"].append(contact)
    contact.update(changes)
    with keeper.change() as change:
        keeper.write_plan(change, plan)
    return {"plan_id": plan_id, "contact": contact}


def change_participant(
    keeper: Recordkeeper, plan_id: str, participant_id: str, change_of: tuple[str, object]
) -> Result:
    """Set one field of a participant, `address.city` for a nested one, to any JSON value."""
    path, value = change_of
    people = dict(keeper.people(plan_id, only=participant_id))
    if participant_id not in people:
        message = f"no participant {participant_id} in plan {plan_id}"
        raise ChangeRefusedError(message)
    *parents, name = path.split(".")
    part: object = people[participant_id]
    for parent in parents:
        part = part.get(parent) if isinstance(part, dict) else None
    if not isinstance(part, dict) or name not in part:
        message = f"no field {path}"
        raise ChangeRefusedError(message)
    before, part[name] = part[name], value
    with keeper.change() as change:
        keeper.write_people(change, plan_id, people.items())
    return {"plan_id": plan_id, "participant_id": participant_id, "field": path, "from": before, "to": value}


def break_people(keeper: Recordkeeper, plan_id: str, kinds: list[str], count: int) -> Result:
    """Give so many people one defect each, of the kinds in turn; they keep it until mended."""
    unknown = [kind for kind in kinds if kind not in DEFECTS]
    if unknown or not kinds:
        message = f"unknown defects {unknown}; there are {', '.join(DEFECTS)}"
        raise ChangeRefusedError(message)
    broken = {row[0] for row in keeper.store.rows(statements.READ_DEFECTS, (plan_id,))}
    sound = [(person_id, person) for person_id, person in keeper.people(plan_id) if person_id not in broken]
    Random(f"{keeper.seed}:{plan_id}:{keeper.sequence}").shuffle(sound)  # noqa: S311 - repeatable data
    chosen, others = sound[:count], sound[count:] or sound
    defects: list[Row] = []
    for (person_id, person), kind in zip(chosen, islice(cycle(kinds), len(chosen)), strict=True):
        other: Document = next((item for key, item in others if key != person_id), person)
        defects.append((plan_id, person_id, kind, other["ssn"], ""))
    with keeper.change() as change:
        change.connection.executemany(statements.WRITE_DEFECT, defects)
        keeper.write_people(change, plan_id, chosen)
    return {"plan_id": plan_id, "broken": [{"participant_id": row[1], "code": row[2]} for row in defects]}


def mend_people(keeper: Recordkeeper, plan_id: str) -> Result:
    """Mend every defect of a plan's people."""
    broken = {row[0] for row in keeper.store.rows(statements.READ_DEFECTS, (plan_id,))}
    good = [(person_id, person) for person_id, person in keeper.people(plan_id) if person_id in broken]
    with keeper.change() as change:
        change.connection.execute(statements.DELETE_DEFECTS, (plan_id,))
        keeper.write_people(change, plan_id, good)
    return {"plan_id": plan_id, "participants": [person_id for person_id, _ in good]}


def _next_code(code: str, taken: set[str]) -> str:
    stem = re.sub(r"\d+$", "", code) or code
    number = int(code[len(stem) :] or "1") + 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
