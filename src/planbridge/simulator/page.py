"""The simulator's own page: plans, state, faults, and a form for each admin action; plain HTML that needs no script."""

from collections.abc import Sequence
from html import escape

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from planbridge.simulator import store as statements
from planbridge.simulator.admin_face import (
    AdminFace,
    Order,
    actions,
    is_local,
    perform,
    read_form,
    state_of,
)
from planbridge.simulator.defects import DEFECTS
from planbridge.simulator.faults import CALLS, FAULTS, Fault, FaultUnknownError
from planbridge.simulator.file_face import CANONICAL_FORMS, FILE_FAULTS, DeliveryRefusedError
from planbridge.simulator.layout import layout_names
from planbridge.simulator.layout_delivery import LAYOUT_FAULTS
from planbridge.simulator.plan_changes import ChangeRefusedError
from planbridge.simulator.recordkeeper import PlanUnknownError

_PLANS_SHOWN = 200
_SUBMISSIONS_SHOWN = 20
# The fields each action's form asks for; a field with choices is a list to pick from.
_FORMS: dict[str, tuple[str, ...]] = {
    "pay-period": (),
    "price-day": ("days",),
    "hire": ("plan_id", "count"),
    "leave": ("plan_id", "count"),
    "remove-people": ("plan_id", "count"),
    "replace-fund": ("plan_id", "fund"),
    "rename-fund": ("plan_id", "fund", "name"),
    "remove-fund": ("plan_id", "fund"),
    "move-default-years": ("plan_id", "years"),
    "change-contact": ("plan_id", "role", "name", "email", "phone"),
    "change-participant": ("plan_id", "participant_id", "field", "value"),
    "break": ("plan_id", "kinds", "count"),
    "mend": ("plan_id",),
    "apply-submissions": (),
    "expire-snapshots": (),
    "deliver": ("folder", "form", "plans", "changed", "fault"),
    "books": ("file",),
}
_CHOICES: dict[str, list[str]] = {
    "role": ["primary", "administrator", "sponsor", "advisor", "trustee", "other"],
    "form": [*CANONICAL_FORMS, *layout_names()],
    "changed": ["", "true"],
    "kinds": list(DEFECTS),
    "fault": ["", *dict.fromkeys([*FILE_FAULTS, *LAYOUT_FAULTS])],
}
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:1rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}"
    "th,td{border:1px solid #767676;padding:.2rem .6rem;text-align:left}form{margin:.4rem 0}label{margin-right:.8rem}"
    "fieldset{margin:.6rem 0}:focus{outline:3px solid #1a5fb4}.said{border-left:4px solid #26a269;padding-left:.8rem}"
)


def page_routes(face: AdminFace) -> list[Route]:
    """Return the routes of the page: it shows, and its forms post to it."""

    async def show(request: Request) -> Response:
        if not is_local(request):
            return Response("This page is for this machine only.", 403)
        return HTMLResponse(await run_in_threadpool(_page, face, ""))

    async def act(request: Request) -> Response:
        if not is_local(request):
            return Response("This page is for this machine only.", 403)
        said = await run_in_threadpool(_do, face, request.path_params["action"], await request.body())
        return HTMLResponse(await run_in_threadpool(_page, face, said))

    return [Route("/", show, methods=["GET"]), Route("/do/{action}", act, methods=["POST"])]


def _do(face: AdminFace, action: str, body: bytes) -> str:
    """Do what a form asks for and return what to say about it."""
    form = read_form(body)
    try:
        if action == "faults":
            fault = face.faults.switch_on(msgspec.convert(form, Fault, strict=False))
            return f"{fault.fault} is on."
        if action == "clear-faults":
            return f"{face.faults.clear()} faults cleared."
        if action not in actions():
            return f"No such action: {action}"
        result = perform(face, action, msgspec.convert(form, Order, strict=False))
    except (
        msgspec.ValidationError,
        FaultUnknownError,
        PlanUnknownError,
        ChangeRefusedError,
        DeliveryRefusedError,
    ) as error:
        return f"Refused: {error}"
    return f"{action}: {msgspec.json.encode(result).decode()}"


def _page(face: AdminFace, said: str) -> str:
    state = state_of(face)
    plans = face.keeper.store.rows(statements.LIST_PLANS, ("", _PLANS_SHOWN))
    plan_ids = [row[0] for row in plans]
    forms = "".join(_action_form(name, gloss, plan_ids) for name, gloss in actions().items())
    message = f'<p class="said" role="status">{escape(said)}</p>' if said else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Recordkeeper simulator</title>'
        f"<style>{STYLE}</style></head><body><main><h1>Recordkeeper simulator</h1>{message}"
        '<p><a href="/mails">Mails that came</a></p>'
        f"<p>As of {state['as_of']}, change {state['sequence']}: {state['plans']} plans, {state['people']} people, "
        f"{state['defects']} with a defect.</p>"
        f"<h2>Faults</h2>{_faults(face)}<h2>Actions</h2>{forms}"
        f"<h2>Plans</h2>{_plans_table(plans)}<h2>Submissions</h2>{_submissions_table(face)}</main></body></html>"
    )


def _plans_table(plans: list[statements.Row]) -> str:
    rows = []
    for plan_id, people, text in plans:
        plan = msgspec.json.decode(text)
        rows.append([plan_id, plan["name"], plan["revision"], people, len(plan["lineup"]["funds"])])
    return _table(["Plan", "Name", "Revision", "People", "Funds"], rows)


def _submissions_table(face: AdminFace) -> str:
    rows = face.keeper.store.rows(statements.LIST_SUBMISSIONS, (_SUBMISSIONS_SHOWN,))
    header = ["Submission", "Key", "Plan", "Participant", "Body", "Status", "Effective", "Problem"]
    return _table(header, [list(row) for row in rows])


def _faults(face: AdminFace) -> str:
    active = [
        [fault.number, fault.fault, "until cleared" if fault.times is None else fault.times, fault.call, fault.plan_id]
        for fault in face.faults.listed()
    ]
    glosses = "".join(f"<li><b>{name}</b>: {escape(gloss)}</li>" for name, gloss in FAULTS.items())
    choices = _select("faults", "fault", list(FAULTS)) + _select("faults", "call", ["", *CALLS])
    fields = choices + _input("faults", "times") + _input("faults", "seconds") + _input("faults", "plan_id")
    return (
        _table(["Number", "Fault", "Requests left", "Call", "Plan"], active)
        + _form("faults", "Switch a fault on", fields)
        + _form("clear-faults", "Clear all faults", "")
        + f"<details><summary>What each fault does</summary><ul>{glosses}</ul></details>"
    )


def _action_form(name: str, gloss: str, plan_ids: list[str]) -> str:
    choices = {**_CHOICES, "plan_id": plan_ids}
    fields = [
        _select(name, field, choices[field]) if field in choices else _input(name, field) for field in _FORMS[name]
    ]
    return _form(name, gloss, "".join(fields))


def _form(action: str, gloss: str, fields: str) -> str:
    return (
        f'<form method="post" action="/do/{action}"><fieldset><legend>{escape(gloss)}</legend>{fields}'
        f"<button>{action}</button></fieldset></form>"
    )


def _input(form: str, name: str) -> str:
    return f'<label for="{form}-{name}">{name}</label><input id="{form}-{name}" name="{name}"> '


def _select(form: str, name: str, choices: list[str]) -> str:
    options = "".join(f"<option>{escape(choice)}</option>" for choice in choices)
    return f'<label for="{form}-{name}">{name}</label><select id="{form}-{name}" name="{name}">{options}</select> '


def _table(header: list[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return "<p>None.</p>"
    head = "".join(f'<th scope="col">{name}</th>' for name in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape('' if cell is None else str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
