"""Answers of the REST face: JSON, RFC 9457 problems, and answers broken on purpose."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from planbridge.simulator.faults import Fault

NDJSON = "application/x-ndjson"
_HTML = (
    b"<!doctype html><html><head><title>Maintenance</title></head><body><h1>We will be right back</h1></body></html>"
)
# The server sends what it has only after a turn of the loop; without this pause a cut answer would be empty.
_FLUSH_SECONDS = 0.05
_STATUS_FAULTS = {
    "rate_limited": (429, "RATE_LIMITED", "Too many requests"),
    "server_error": (500, "INTERNAL_ERROR", "Something broke here"),
    "unavailable": (503, "UNAVAILABLE", "Down for maintenance"),
    "unauthorized": (401, "TOKEN_EXPIRED", "The token has expired"),
    "forbidden": (403, "FORBIDDEN", "This key may not read that"),
    "plan_not_found": (404, "PLAN_NOT_FOUND", "No such plan"),
}
STATUS_FAULTS = tuple(_STATUS_FAULTS)
BODY_FAULTS = ("truncated_body", "connection_reset", "malformed_json", "html_body")


class CutOffError(ConnectionError):
    """Raised inside an answer so that the server closes the connection in its middle."""


class CutResponse(Response):
    """The first half of a body, then the connection closes: with or without a Content-Length that promised more."""

    def __init__(self, content: bytes, *, media_type: str | None, is_length_known: bool) -> None:
        """Take the whole body that will not be sent to its end."""
        super().__init__(content, media_type=media_type)
        self._is_length_known = is_length_known

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send half of the body and break off; always raises CutOffError."""
        headers = [
            (name, value) for name, value in self.raw_headers if self._is_length_known or name != b"content-length"
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await asyncio.sleep(_FLUSH_SECONDS)
        raise CutOffError


class SilentResponse(Response):
    """No answer at all: the request is held until the client gives up."""

    async def __call__(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        """Wait for the client to leave; raises CutOffError then."""
        while (await receive())["type"] != "http.disconnect":
            pass
        raise CutOffError


def json_answer(document: object, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    return Response(msgspec.json.encode(document), status, headers=headers, media_type="application/json")


def ndjson_answer(chunks: Iterable[bytes]) -> StreamingResponse:
    """Return a streamed NDJSON answer from encoded pieces."""
    return StreamingResponse(chunks, media_type=NDJSON)


def problem_answer(
    status: int, code: str, title: str, *, detail: str = "", headers: dict[str, str] | None = None
) -> Response:
    """Return an RFC 9457 problem with its `code`."""
    problem = {"type": "about:blank", "title": title, "status": status, "code": code}
    if detail:
        problem["detail"] = detail
    return Response(msgspec.json.encode(problem), status, headers=headers, media_type="application/problem+json")


def status_fault_answer(fault: Fault) -> Response:
    """Return the answer of a fault that replaces the true one by an error status."""
    status, code, title = _STATUS_FAULTS[fault.fault]
    headers = {}
    if status in {429, 503}:
        later = datetime.now(UTC) + timedelta(seconds=fault.seconds)
        headers["Retry-After"] = format_datetime(later, usegmt=True) if fault.as_date else str(round(fault.seconds))
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return problem_answer(status, code, title, detail=f"injected fault {fault.fault}", headers=headers)


async def broken_answer(fault: Fault, answer: Response) -> Response:
    """Return the true answer broken by a body fault."""
    if isinstance(answer, StreamingResponse):
        pieces = [piece async for piece in answer.body_iterator]
        body = b"".join(piece.encode() if isinstance(piece, str) else bytes(piece) for piece in pieces)
    else:
        body = bytes(answer.body)
    media_type = answer.media_type
    if fault.fault == "html_body":
        return Response(_HTML, media_type="text/html")
    if fault.fault == "malformed_json":
        return Response(body[: len(body) * 2 // 3], media_type=media_type)
    return CutResponse(body, media_type=media_type, is_length_known=fault.fault == "truncated_body")
