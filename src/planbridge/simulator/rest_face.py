"""The Recordkeeper API over HTTP: seven calls, bearer keys, problems; and the faults that are switched on."""

import asyncio
import base64
import binascii
import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from planbridge.simulator import store as statements
from planbridge.simulator.amounts import scaled, text_of_cents
from planbridge.simulator.answers import (
    BODY_FAULTS,
    NDJSON,
    STATUS_FAULTS,
    SilentResponse,
    broken_answer,
    json_answer,
    ndjson_answer,
    problem_answer,
    status_fault_answer,
)
from planbridge.simulator.business_days import text_of_time
from planbridge.simulator.faults import Faults
from planbridge.simulator.listing import Listing, encode_lines, encode_page, is_kept
from planbridge.simulator.recordkeeper import PlanUnknownError, Recordkeeper
from planbridge.simulator.snapshots import (
    CursorInvalidError,
    Selection,
    Snapshot,
    SnapshotExpiredError,
    SnapshotUnknownError,
    control_totals,
    current_snapshot,
    decode_cursor,
    read_snapshot,
)
from planbridge.simulator.submissions import (
    Arrival,
    KeyReusedError,
    ParticipantUnknownError,
    SubmissionMalformedError,
    apply_submissions,
    find_submission,
    receive_submission,
)

CLIENT_ID = "planbridge"
_TOKEN_SECONDS = 3600
_PLANS_LIMIT, _PLANS_LIMIT_MAX = 100, 1000
_PEOPLE_LIMIT, _PEOPLE_LIMIT_MAX = 500, 5000


class ParameterError(ValueError):
    """A query parameter or header cannot be used; the message says which and why."""


@dataclass(slots=True)
class RestFace:
    """What the calls need: the recordkeeper, its faults, the static key and the tokens given out."""

    keeper: Recordkeeper
    faults: Faults
    token: str
    issued: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_admitted(self, authorization: str) -> bool:
        """Say whether an Authorization header carries the static key or a token that has not run out."""
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return False
        with self.lock:
            ends = self.issued.get(key.strip(), 0.0)
        return secrets.compare_digest(key.strip().encode(), self.token.encode()) or ends > time.monotonic()


Call = Callable[[RestFace, Request, bytes], Response]


def rest_routes(face: RestFace) -> list[Route]:
    """Return the routes of the Recordkeeper API and its token URL."""
    people = "/v1/plans/{plan_id}/participants"
    return [
        Route("/v1/plans", _endpoint(face, "plans", list_plans), methods=["GET"]),
        Route("/v1/plans/{plan_id}", _endpoint(face, "plan", read_plan), methods=["GET"]),
        Route(people, _endpoint(face, "participants", list_participants), methods=["GET"]),
        Route("/v1/plans/{plan_id}/totals", _endpoint(face, "totals", read_totals), methods=["GET"]),
        Route(f"{people}/{{participant_id}}/submissions", _endpoint(face, "submit", submit), methods=["POST"]),
        Route("/v1/submissions", _endpoint(face, "submission", look_up_submission), methods=["GET"]),
        Route("/v1/submissions/{submission_id}", _endpoint(face, "submission", look_up_submission), methods=["GET"]),
        Route("/oauth/token", _endpoint(face, "token", issue_token), methods=["POST"]),
    ]


def list_plans(face: RestFace, request: Request, _body: bytes) -> Response:
    """Answer one page of the plans."""
    limit = _limit(request, _PLANS_LIMIT, _PLANS_LIMIT_MAX)
    _, after = _cursor(request)
    rows = face.keeper.store.rows(statements.LIST_PLANS, (after.after, limit + 1))
    plans = []
    for plan_id, people, text in rows[:limit]:
        document = msgspec.json.decode(text)
        plans.append(
            {"plan_id": plan_id, "name": document["name"], "revision": document["revision"], "participants": people}
        )
    cursor = None
    if len(rows) > limit:
        parts = ["", "", "", rows[limit - 1][0]]
        cursor = base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")
    return json_answer({"plans": plans, "next": cursor})


def read_plan(face: RestFace, request: Request, _body: bytes) -> Response:
    """Answer a plan document with its ETag, or 304."""
    text = face.keeper.plan_text(request.path_params["plan_id"]).encode()
    etag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    asked = [item.strip().removeprefix("W/") for item in request.headers.get("if-none-match", "").split(",")]
    if etag in asked or "*" in asked:
        return Response(status_code=304, headers={"ETag": etag})
    return Response(text, headers={"ETag": etag}, media_type="application/json")


def list_participants(face: RestFace, request: Request, _body: bytes) -> Response:
    """Answer one page of a plan's people, or all of them as NDJSON."""
    plan_id = request.path_params["plan_id"]
    limit = _limit(request, _PEOPLE_LIMIT, _PEOPLE_LIMIT_MAX)
    snapshot_id, selection = _cursor(request)
    if snapshot_id:
        if face.faults.take("snapshot_expired", call="participants", plan_id=plan_id):
            raise SnapshotExpiredError(snapshot_id)
        snapshot = read_snapshot(face.keeper, plan_id, snapshot_id)
    else:
        is_ignored = face.faults.take("changed_since_ignored", call="participants", plan_id=plan_id)
        since = "" if is_ignored else _time(request, "changed_since")
        selection = Selection(since, request.query_params.get("participant_id", ""))
        snapshot = current_snapshot(face.keeper, plan_id)
    listing = Listing(face.keeper, snapshot, selection, limit)
    if NDJSON in request.headers.get("accept", ""):
        if face.faults.take("ndjson_not_offered", call="participants", plan_id=plan_id):
            return problem_answer(406, "NOT_ACCEPTABLE", "NDJSON is not offered")
        return ndjson_answer(encode_lines(listing, face.faults))
    return Response(encode_page(listing, face.faults), media_type="application/json")


def read_totals(face: RestFace, request: Request, _body: bytes) -> Response:
    """Answer the control totals of a snapshot, of the plan as it is now when none is named."""
    plan_id = request.path_params["plan_id"]
    snapshot = _named_snapshot(face, plan_id, request.query_params.get("snapshot", ""))
    if face.faults.take("dropped_people", call="totals", plan_id=plan_id):
        return json_answer(control_totals(face.keeper, snapshot, is_kept))
    totals = control_totals(face.keeper, snapshot)
    lie = face.faults.take("lying_totals", call="totals", plan_id=plan_id)
    if lie and lie.field in {"participants", "people"}:
        totals["participants"] += 1
    elif lie and lie.field in {"by_fund", "by_source"}:
        for item in totals[lie.field][:1]:
            item["market_value"] = text_of_cents(scaled(item["market_value"], 2) + 100)
    elif lie:
        totals["market_value"] = text_of_cents(scaled(totals["market_value"], 2) + 100)
    return json_answer(totals)


def submit(face: RestFace, request: Request, body: bytes) -> Response:
    """Take in a submission and answer 202."""
    key = request.headers.get("idempotency-key", "")
    if not key:
        message = "Idempotency-Key is required"
        raise ParameterError(message)
    plan_id = request.path_params["plan_id"]

    def is_on(name: str) -> bool:
        return face.faults.take(name, call="submit", plan_id=plan_id) is not None

    arrival = Arrival(
        plan_id=plan_id,
        participant_id=request.path_params["participant_id"],
        key=key,
        body=body,
        is_never_applied=is_on("submission_not_applied"),
        is_refused=is_on("submission_rejected"),
    )
    answer = receive_submission(face.keeper, arrival)
    if is_on("submission_timeout"):
        apply_submissions(face.keeper)
        return SilentResponse()
    return json_answer(answer, status=202)


def look_up_submission(face: RestFace, request: Request, _body: bytes) -> Response:
    """Answer the state of a submission, by its id or its idempotency key."""
    submission_id = request.path_params.get("submission_id", "")
    key = request.query_params.get("idempotency_key", "")
    if not submission_id and not key:
        message = "idempotency_key is required"
        raise ParameterError(message)
    found = find_submission(face.keeper, submission_id=submission_id, key=key)
    return json_answer(found) if found else problem_answer(404, "SUBMISSION_NOT_FOUND", "No such submission")


def issue_token(face: RestFace, request: Request, body: bytes) -> Response:
    """Answer an OAuth 2 client-credentials request; the client secret is the static key."""
    form = dict(parse_qsl(body.decode("utf-8", "replace")))
    client, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client, _, secret = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            client, secret = "", ""
    if form.get("grant_type") != "client_credentials":
        return json_answer({"error": "unsupported_grant_type"}, status=400)
    if client != CLIENT_ID or not secrets.compare_digest(secret.encode(), face.token.encode()):
        return json_answer({"error": "invalid_client"}, status=401, headers={"WWW-Authenticate": "Basic"})
    token = secrets.token_urlsafe(24)
    with face.lock:
        face.issued[token] = time.monotonic() + _TOKEN_SECONDS
    answer = {"access_token": token, "token_type": "Bearer", "expires_in": _TOKEN_SECONDS}
    return json_answer(answer, headers={"Cache-Control": "no-store"})


def _endpoint(face: RestFace, name: str, call: Call) -> Callable[[Request], object]:
    """Return the HTTP endpoint of a call: faults before it, the key, the call, faults after it."""

    async def answer(request: Request) -> Response:
        plan_id = request.path_params.get("plan_id")
        slow = face.faults.take("slow", call=name, plan_id=plan_id)
        if slow:
            await asyncio.sleep(slow.seconds)
        if name != "token" and not face.is_admitted(request.headers.get("authorization", "")):
            headers = {"WWW-Authenticate": "Bearer"}
            return problem_answer(401, "UNAUTHORIZED", "A valid bearer key is required", headers=headers)
        status_fault = face.faults.take(*STATUS_FAULTS, call=name, plan_id=plan_id)
        if status_fault:
            return status_fault_answer(status_fault)
        found = await run_in_threadpool(_answered, face, request, call, await request.body())
        body_fault = face.faults.take(*BODY_FAULTS, call=name, plan_id=plan_id)
        return await broken_answer(body_fault, found) if body_fault else found

    return answer


def _answered(face: RestFace, request: Request, call: Call, body: bytes) -> Response:
    """Make a call, and make a problem of what it raises."""
    try:
        return call(face, request, body)
    except PlanUnknownError as error:
        return problem_answer(404, "PLAN_NOT_FOUND", "No such plan", detail=str(error))
    except ParticipantUnknownError as error:
        return problem_answer(404, "PARTICIPANT_NOT_FOUND", "No such participant", detail=str(error))
    except SnapshotUnknownError as error:
        return problem_answer(404, "SNAPSHOT_NOT_FOUND", "No such snapshot", detail=str(error))
    except SnapshotExpiredError as error:
        return problem_answer(410, "SNAPSHOT_EXPIRED", "Start the listing again", detail=str(error))
    except KeyReusedError as error:
        return problem_answer(409, "IDEMPOTENCY_MISMATCH", "This key was used for something else", detail=str(error))
    except SubmissionMalformedError as error:
        return problem_answer(422, "SUBMISSION_MALFORMED", "Not a submission", detail=str(error))
    except (ParameterError, CursorInvalidError) as error:
        return problem_answer(400, "PARAMETER_INVALID", "A parameter cannot be used", detail=str(error))


def _named_snapshot(face: RestFace, plan_id: str, snapshot_id: str) -> Snapshot:
    face.keeper.plan_text(plan_id)
    return read_snapshot(face.keeper, plan_id, snapshot_id) if snapshot_id else current_snapshot(face.keeper, plan_id)


def _cursor(request: Request) -> tuple[str, Selection]:
    cursor = request.query_params.get("cursor", "")
    return decode_cursor(cursor) if cursor else ("", Selection())


def _limit(request: Request, usual: int, most: int) -> int:
    text = request.query_params.get("limit", "")
    if not text:
        return usual
    if not text.isdecimal() or int(text[:9]) < 1:
        message = f"limit: {text[:20]!r} is not a positive whole number"
        raise ParameterError(message)
    return min(int(text[:9]), most)


def _time(request: Request, name: str) -> str:
    """Return a time parameter as UTC text, or an empty text when it is not given."""
    text = request.query_params.get(name, "")
    if not text:
        return ""
    try:
        # A plus sign that was not escaped arrives as a space; no RFC 3339 time has a space before its offset.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise ParameterError(f"{name}: {error}") from error
    if moment.tzinfo is None:
        message = f"{name}: {text} has no offset"
        raise ParameterError(message)
    return text_of_time(moment)
