"""Submissions at the recordkeeper: received once per key, checked against the plan, applied when due."""

import hashlib
import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

import msgspec

from planbridge.simulator import store as statements
from planbridge.simulator.amounts import scaled, units_for
from planbridge.simulator.business_days import text_of_time
from planbridge.simulator.people import make_balance
from planbridge.simulator.plans import Document
from planbridge.simulator.recordkeeper import Change, Recordkeeper

_ELECTIVE_KINDS = {"pretax", "roth", "aftertax", "catch_up", "roth_catch_up"}
_TYPES = {"contribution_rate", "allocation", "balance_transfer", "opt_out", "beneficiaries", "name"}
_ALWAYS = ("receipt", "requested_at", "effective")
_HUNDRED = Decimal(100)
# Numbers are kept as the text they were sent as, so that no float ever touches them.
_decoder = msgspec.json.Decoder(float_hook=str)


class ParticipantUnknownError(LookupError):
    """No such participant in the plan."""


class KeyReusedError(ValueError):
    """The idempotency key was used before with another body or for another participant."""


class SubmissionMalformedError(ValueError):
    """The body is not a submission; the message says why."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A submission as it arrives: whose it is, its key and its body; and what a fault makes of it."""

    plan_id: str
    participant_id: str
    key: str
    body: bytes
    is_never_applied: bool = False
    is_refused: bool = False


def receive_submission(keeper: Recordkeeper, arrival: Arrival) -> Document:
    """Record a submission and return the answer to it; the same key and body gives the same answer again.

    Raises PlanUnknownError, ParticipantUnknownError, SubmissionMalformedError and KeyReusedError.
    """
    plan = keeper.plan(arrival.plan_id)
    if not any(keeper.served_people(arrival.plan_id, keeper.sequence, only=arrival.participant_id)):
        raise ParticipantUnknownError(arrival.participant_id)
    body = _decode(arrival.body)
    parts = [arrival.plan_id, arrival.participant_id, body]
    digest = hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()
    with keeper.store.writing() as connection:
        known = connection.execute(statements.READ_ANSWER, (arrival.key,)).fetchone()
        if known and known[0] != digest:
            raise KeyReusedError(arrival.key)
        if known:
            answer: Document = msgspec.json.decode(known[1])
            return answer
        problem = _problem("SUBMISSION_REJECTED", "refused by command") if arrival.is_refused else _check(plan, body)
        status = "rejected" if problem else "accepted"
        answer = {
            "submission_id": f"sub-{secrets.token_hex(8)}",
            "status": status,
            "received_at": text_of_time(keeper.moment),
        }
        effective = body["effective"] if body["effective"] != "next_payroll" else None
        connection.execute(
            statements.INSERT_SUBMISSION,
            (
                answer["submission_id"], arrival.key, digest, msgspec.json.encode(answer).decode(), arrival.plan_id,
                arrival.participant_id, msgspec.json.encode(body).decode(), status, effective,
                msgspec.json.encode(problem).decode() if problem else None, arrival.is_never_applied,
            ),
        )  # fmt: skip
    return answer


def find_submission(keeper: Recordkeeper, *, submission_id: str = "", key: str = "") -> Document | None:
    """Return a submission's state by its id or its idempotency key, or None when there is none."""
    row = (
        keeper.store.row(statements.READ_SUBMISSION, (submission_id,))
        if submission_id
        else keeper.store.row(statements.READ_SUBMISSION_BY_KEY, (key,))
    )
    if row is None:
        return None
    return {
        "submission_id": row[0],
        "status": row[1],
        "effective_date": row[2],
        "problem": msgspec.json.decode(row[3]) if row[3] else None,
    }


def due_submissions(keeper: Recordkeeper, day: date) -> dict[str, dict[str, list[tuple[str, Document]]]]:
    """Return accepted submissions whose day has come, by plan and participant, each as its id and body."""
    due: dict[str, dict[str, list[tuple[str, Document]]]] = defaultdict(lambda: defaultdict(list))
    for submission_id, plan_id, person, body in keeper.store.rows(statements.ACCEPTED_SUBMISSIONS, (day.isoformat(),)):
        due[plan_id][person].append((submission_id, msgspec.json.decode(body)))
    return due


def apply_submissions(keeper: Recordkeeper) -> int:
    """Apply every accepted submission whose day has come, those for the next payroll included; returns how many."""
    applied = 0
    with keeper.change() as change:
        for plan_id, people in due_submissions(keeper, change.day).items():
            plan = keeper.plan(plan_id)
            revised = []
            for person_id, items in people.items():
                for _, person in keeper.people(plan_id, only=person_id):
                    applied += apply_to(change, plan, person, items)
                    revised.append((person_id, person))
            keeper.write_people(change, plan_id, revised)
    return applied


def apply_to(change: Change, plan: Document, person: Document, items: list[tuple[str, Document]]) -> int:
    """Apply submissions to one participant document, in order, and mark them applied today; returns how many."""
    for submission_id, body in items:
        _apply(plan, person, body)
        change.connection.execute(statements.MARK_APPLIED, (change.day.isoformat(), submission_id))
    return len(items)


def _decode(raw: bytes) -> Document:
    try:
        body = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SubmissionMalformedError(str(error)) from error
    if not isinstance(body, dict) or body.get("type") not in _TYPES:
        message = f"type must be one of {', '.join(sorted(_TYPES))}"
        raise SubmissionMalformedError(message)
    missing = [name for name in _ALWAYS if not isinstance(body.get(name), str)]
    if missing:
        message = f"missing: {', '.join(missing)}"
        raise SubmissionMalformedError(message)
    if body["effective"] != "next_payroll":
        try:
            date.fromisoformat(body["effective"])
        except ValueError as error:
            raise SubmissionMalformedError(str(error)) from error
    return body


def _check(plan: Document, body: Document) -> Document | None:
    """Return why the plan refuses a submission, or None."""
    try:
        match body["type"]:
            case "contribution_rate":
                return _check_rate(plan, body)
            case "allocation" | "balance_transfer":
                return _check_allocations(plan, body)
            case "beneficiaries":
                return _check_beneficiaries(body)
            case "name":
                named = body.get("first_name") and body.get("last_name")
                return None if named else _problem("NAME_MISSING", "first and last name are needed")
            case _:
                return None
    except (KeyError, TypeError, AttributeError, InvalidOperation) as error:
        return _problem("SUBMISSION_REJECTED", f"incomplete: {error}")


def _check_rate(plan: Document, body: Document) -> Document | None:
    if not any(item["source"] == body["source"] and item["kind"] in _ELECTIVE_KINDS for item in plan["sources"]):
        return _problem("SOURCE_UNKNOWN", f"{body['source']} takes no contributions from pay")
    percent, amount = body.get("percent"), body.get("amount")
    if (percent is None) == (amount is None):
        return _problem("RATE_BOTH_PERCENT_AND_AMOUNT", "exactly one of percent and amount is needed")
    if amount is not None:
        return None if Decimal(str(amount)) >= 0 else _problem("RATE_OUT_OF_RANGE", str(amount))
    limits = plan["provisions"]["deferral"]
    rate = Decimal(str(percent))
    if rate != 0 and not Decimal(limits["minimum_percent"]) <= rate <= Decimal(limits["maximum_percent"]):
        return _problem("RATE_NOT_PERMITTED", f"{percent} % is outside the plan's limits")
    return None


def _check_allocations(plan: Document, body: Document) -> Document | None:
    if not any(item["source"] == body["source"] for item in plan["sources"]):
        return _problem("SOURCE_UNKNOWN", str(body["source"]))
    open_funds = {fund["fund"] for fund in plan["lineup"]["funds"] if fund["status"] == "open"}
    for item in body["allocations"]:
        if item["fund"] not in open_funds:
            return _problem("FUND_NOT_OPEN", str(item["fund"]))
    total = sum(Decimal(str(item["percent"])) for item in body["allocations"])
    return None if total == _HUNDRED else _problem("ALLOCATION_NOT_100", f"{total} %")


def _check_beneficiaries(body: Document) -> Document | None:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for item in body["beneficiaries"]:
        totals[item["class"]] += Decimal(str(item["percent"]))
    wrong = [kind for kind, total in totals.items() if total != _HUNDRED]
    return _problem("BENEFICIARY_NOT_100", ", ".join(wrong)) if wrong else None


def _problem(code: str, detail: str) -> Document:
    return {"code": code, "detail": detail}


def _apply(plan: Document, person: Document, body: Document) -> None:
    match body["type"]:
        case "contribution_rate":
            kept = [rate for rate in person["contribution_rates"] if rate["source"] != body["source"]]
            rate = {
                "source": body["source"],
                "percent": _text(body.get("percent")),
                "amount": _text(body.get("amount")),
            }
            person["contribution_rates"] = [*kept, rate]
        case "opt_out":
            sources = [rate["source"] for rate in person["contribution_rates"]] or ["PRE"]
            person["contribution_rates"] = [{"source": source, "percent": "0", "amount": None} for source in sources]
        case "allocation":
            kept = [item for item in person["allocations"] if item["source"] != body["source"]]
            person["allocations"] = kept + [
                {"source": body["source"], "fund": item["fund"], "percent": _text(item["percent"])}
                for item in body["allocations"]
            ]
        case "balance_transfer":
            _transfer(plan, person, body)
        case "beneficiaries":
            person["beneficiaries"] = [
                {
                    "class": item["class"],
                    "name": item.get("name"),
                    "relationship": item.get("relationship"),
                    "percent": _text(item["percent"]),
                }
                for item in body["beneficiaries"]
            ]
        case "name":
            person.update(first_name=body["first_name"], last_name=body["last_name"])


def _transfer(plan: Document, person: Document, body: Document) -> None:
    """Sell a source's positions and buy the wanted funds at today's prices."""
    funds = {fund["fund"]: fund for fund in plan["lineup"]["funds"]}
    moved = [item for item in person["balances"] if item["source"] == body["source"]]
    cents = sum(scaled(item["market_value"], 2) for item in moved)
    bought = []
    for item in body["allocations"]:
        price = scaled(funds[item["fund"]]["price"], 4)
        units = units_for(cents * scaled(str(item["percent"]), 4) // 1_000_000, price)
        bought.append(make_balance((body["source"], item["fund"]), units, price, funds[item["fund"]]["price_date"]))
    kept = [item for item in person["balances"] if item["source"] != body["source"]]
    person["balances"] = kept + bought if moved else kept


def _text(value: object) -> str | None:
    return None if value is None else str(value)
