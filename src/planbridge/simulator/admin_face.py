"""The admin calls, on loopback only: time passes, things change, faults come and go, deliveries are written."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from planbridge.simulator import store as statements
from planbridge.simulator.answers import json_answer, problem_answer
from planbridge.simulator.books import Books
from planbridge.simulator.business_days import text_of_time
from planbridge.simulator.faults import CALLS, FAULTS, Fault, Faults, FaultUnknownError
from planbridge.simulator.file_face import CANONICAL_FORMS, Delivery, DeliveryRefusedError, deliver_extract
from planbridge.simulator.layout_delivery import deliver_layout
from planbridge.simulator.lineup_changes import move_default_years, remove_fund, rename_fund
from planbridge.simulator.pay_period import pass_pay_period, pass_price_day
from planbridge.simulator.plan_changes import (
    ChangeRefusedError,
    break_people,
    change_contact,
    change_participant,
    hire_people,
    let_people_leave,
    mend_people,
    remove_people,
    replace_fund,
)
from planbridge.simulator.recordkeeper import PlanUnknownError, Recordkeeper
from planbridge.simulator.snapshots import expire_snapshots
from planbridge.simulator.submissions import apply_submissions

_LOOPBACKS = {"127.0.0.1", "::1", "localhost"}
BOOKS, BOOKS_GLOSS = "books", "Keep the books in a database too, up to date with every change (file)"
_LIST_FIELDS = {"kinds", "participant_ids", "plans"}


class Order(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What an admin call may say; each action reads the fields it needs. No plan means the first one."""

    plan_id: str | None = None
    count: int = 1
    participant_id: str | None = None
    participant_ids: list[str] = []
    field: str | None = None
    value: object = None
    fund: str | None = None
    moves_money: bool = False
    role: str = "primary"
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    kinds: list[str] = []
    folder: str | None = None
    file: str | None = None
    form: str = "csv"
    changed: bool = False
    plans: list[str] = []
    fault: str | None = None
    days: int = 1
    years: int = 1


@dataclass(frozen=True, slots=True)
class AdminFace:
    """What the admin calls work on."""

    keeper: Recordkeeper
    faults: Faults
    books: Books


Action = Callable[[Recordkeeper, Order], dict[str, object]]


def _plan_of(keeper: Recordkeeper, order: Order) -> str:
    return order.plan_id or keeper.plan_ids()[0]


def _contact(keeper: Recordkeeper, order: Order) -> dict[str, object]:
    wanted = {"name": order.name, "email": order.email, "phone": order.phone}
    changes = {name: value for name, value in wanted.items() if value}
    return change_contact(keeper, _plan_of(keeper, order), order.role, changes)


def _participant(keeper: Recordkeeper, order: Order) -> dict[str, object]:
    if not order.participant_id or not order.field:
        message = "participant_id and field are needed"
        raise ChangeRefusedError(message)
    return change_participant(keeper, _plan_of(keeper, order), order.participant_id, (order.field, order.value))


def _deliver(keeper: Recordkeeper, order: Order) -> dict[str, object]:
    if not order.folder:
        message = "folder is needed"
        raise ChangeRefusedError(message)
    delivery = Delivery(Path(order.folder), order.form, tuple(order.plans), order.fault, order.changed)
    return (deliver_extract if order.form in CANONICAL_FORMS else deliver_layout)(keeper, delivery)


def _price_days(keeper: Recordkeeper, order: Order) -> dict[str, object]:
    for _ in range(order.days - 1):
        pass_price_day(keeper)
    return pass_price_day(keeper)


ACTIONS: dict[str, tuple[str, Action]] = {
    "pay-period": (
        "Two weeks pass: contributions, loan payments, due submissions",
        lambda keeper, _: pass_pay_period(keeper),
    ),
    "price-day": ("The next business day: every price moves (days)", _price_days),
    "hire": (
        "Hire people (plan_id, count)",
        lambda keeper, order: hire_people(keeper, _plan_of(keeper, order), order.count),
    ),
    "leave": (
        "Active people leave (plan_id, count)",
        lambda keeper, order: let_people_leave(keeper, _plan_of(keeper, order), order.count),
    ),
    "remove-people": (
        "People vanish from the plan (plan_id, count or participant_ids)",
        lambda keeper, order: remove_people(
            keeper, _plan_of(keeper, order), count=order.count, participant_ids=order.participant_ids
        ),
    ),
    "replace-fund": (
        "Replace a fund by a new one (plan_id, fund, moves_money)",
        lambda keeper, order: replace_fund(
            keeper, _plan_of(keeper, order), fund=order.fund, moves_money=order.moves_money
        ),
    ),
    "rename-fund": (
        "Rename a fund (plan_id, fund, name)",
        lambda keeper, order: rename_fund(keeper, _plan_of(keeper, order), fund=order.fund, name=order.name),
    ),
    "remove-fund": (
        "Remove a fund without naming a successor (plan_id, fund)",
        lambda keeper, order: remove_fund(keeper, _plan_of(keeper, order), fund=order.fund),
    ),
    "move-default-years": (
        "Move the retirement years of the default funds (plan_id, years)",
        lambda keeper, order: move_default_years(keeper, _plan_of(keeper, order), order.years),
    ),
    "change-contact": ("Change a contact (plan_id, role, name, email, phone)", _contact),
    "change-participant": ("Change a participant's field (plan_id, participant_id, field, value)", _participant),
    "break": (
        "Give people defects (plan_id, kinds, count)",
        lambda keeper, order: break_people(keeper, _plan_of(keeper, order), order.kinds, order.count),
    ),
    "mend": ("Mend all defects (plan_id)", lambda keeper, order: mend_people(keeper, _plan_of(keeper, order))),
    "apply-submissions": (
        "Apply accepted submissions now",
        lambda keeper, _: {"submissions_applied": apply_submissions(keeper)},
    ),
    "expire-snapshots": ("Expire every snapshot", lambda keeper, _: {"snapshots_expired": expire_snapshots(keeper)}),
    "deliver": ("Write a delivery: an extract, or files of a layout (folder, form, plans, changed, fault)", _deliver),
}


def admin_routes(face: AdminFace) -> list[Route]:
    """Return the routes of the admin calls."""
    return [
        Route("/admin/state", _guarded(face, _show_state), methods=["GET"]),
        Route("/admin/faults", _guarded(face, _list_faults), methods=["GET"]),
        Route("/admin/faults", _guarded(face, _switch_on), methods=["POST"]),
        Route("/admin/faults", _guarded(face, _clear), methods=["DELETE"]),
        Route("/admin/{action}", _guarded(face, _act), methods=["POST"]),
    ]


def state_of(face: AdminFace) -> dict[str, object]:
    """Return what the simulator holds now: clock, counts, submissions by status, defects, faults."""
    store = face.keeper.store
    plans, people = store.rows(statements.COUNT_PEOPLE)[0]
    return {
        "as_of": text_of_time(face.keeper.moment),
        "sequence": face.keeper.sequence,
        "plans": plans,
        "people": people,
        "submissions": {row[0]: row[1] for row in store.rows(statements.COUNT_SUBMISSIONS)},
        "defects": store.rows(statements.COUNT_DEFECTS)[0][0],
        "faults": face.faults.listed(),
        "actions": actions(),
        "fault_names": FAULTS,
        "calls": CALLS,
    }


def actions() -> dict[str, str]:
    """Return every action with what it does."""
    return {name: gloss for name, (gloss, _) in ACTIONS.items()} | {BOOKS: BOOKS_GLOSS}


def perform(face: AdminFace, action: str, order: Order) -> dict[str, object]:
    """Do one admin action and return what it did; raises KeyError for an unknown one, and the action's own errors."""
    if action == BOOKS:
        return face.books.keep(order.file)
    _, function = ACTIONS[action]
    before = face.keeper.sequence
    done = function(face.keeper, order)
    return done if face.keeper.sequence == before else done | face.books.follow()


def read_form(body: bytes) -> dict[str, object]:
    """Return an HTML form's fields that were filled in; lists are written with commas."""
    fields = parse_qsl(body.decode("utf-8", "replace"))
    return {name: value.replace(" ", "").split(",") if name in _LIST_FIELDS else value for name, value in fields}


def is_local(request: Request) -> bool:
    """Say whether a request comes from this machine, and not from another site's page in a browser on it."""
    origin = request.headers.get("origin", "")
    is_same_site = not origin or origin.partition("://")[2] == request.headers.get("host", "")
    is_named_locally = (request.url.hostname or "") in _LOOPBACKS
    return is_same_site and is_named_locally and request.client is not None and request.client.host in _LOOPBACKS


def _guarded(
    face: AdminFace, answer: Callable[[AdminFace, Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if not is_local(request):
            return problem_answer(403, "LOOPBACK_ONLY", "Admin calls are taken from this machine only")
        try:
            return await answer(face, request)
        except (msgspec.ValidationError, msgspec.DecodeError, FaultUnknownError) as error:
            return problem_answer(422, "ORDER_INVALID", "The order cannot be understood", detail=str(error))
        except PlanUnknownError as error:
            return problem_answer(404, "PLAN_NOT_FOUND", "No such plan", detail=str(error))
        except (ChangeRefusedError, DeliveryRefusedError) as error:
            return problem_answer(409, "CHANGE_REFUSED", "This change cannot be made", detail=str(error))

    return endpoint


async def _show_state(face: AdminFace, _request: Request) -> Response:
    return json_answer(await run_in_threadpool(state_of, face))


async def _list_faults(face: AdminFace, _request: Request) -> Response:
    return json_answer({"faults": face.faults.listed()})


async def _switch_on(face: AdminFace, request: Request) -> Response:
    fault = msgspec.json.decode(await request.body(), type=Fault)
    return json_answer(face.faults.switch_on(fault))


async def _clear(face: AdminFace, _request: Request) -> Response:
    return json_answer({"cleared": face.faults.clear()})


async def _act(face: AdminFace, request: Request) -> Response:
    action = request.path_params["action"]
    if action not in actions():
        return problem_answer(404, "ACTION_UNKNOWN", "No such action", detail=", ".join(actions()))
    order = msgspec.json.decode(await request.body() or b"{}", type=Order)
    return json_answer(await run_in_threadpool(perform, face, action, order))
