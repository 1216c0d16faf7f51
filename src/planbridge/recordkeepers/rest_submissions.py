"""Submissions over the Recordkeeper API: the only file that makes a request other than GET to a recordkeeper."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import msgspec

from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import ConnectorError, RequestLine
from planbridge.recordkeepers.rest_requests import RestRequests
from planbridge.recordkeepers.rest_retries import retry_after_seconds
from planbridge.recordkeepers.submission_carrier import CarrierAnswer, OutgoingChange, Said, cleaned_reason

AT_ONCE_WITHOUT_LIMIT = 4
_NOT_FOUND, _TIMED_OUT, _CONFLICT, _TOO_MANY, _ERROR, _UNAVAILABLE = 404, 408, 409, 429, 500, 503
_SIGN_IN_REFUSED = frozenset({401, 403})
_SUCCESS, _REDIRECT, _CLIENT_ERROR = 200, 300, 400
# These fail before a byte of the request is written.
_NOT_BEGUN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Reason(msgspec.Struct):
    """Why a change is rejected, or an RFC 9457 problem."""

    code: str | None = None
    detail: str | None = None
    title: str | None = None

    def text(self) -> str:
        """The reason in the recordkeeper's words."""
        return cleaned_reason(self.detail or self.title or self.code)


class Taken(msgspec.Struct):
    """The answer to a submission, or to a question about one."""

    submission_id: str
    status: str
    received_at: datetime | None = None
    effective_date: date | None = None
    problem: Reason | None = None


@dataclass(frozen=True)
class _Asked:
    """A request as the log of attempts shows it, and when it began."""

    method: str
    path: str
    began: float

    def line(self, status: str) -> RequestLine:
        return RequestLine(self.method, self.path, status, round((time.monotonic() - self.began) * 1000))


class RestCarrier:
    """Carries changes to a Recordkeeper API, several at once within the connection's limits."""

    def __init__(self, connection: Connection, credentials: dict[str, str]) -> None:
        """Take a connection and its credentials. Raises FixSettings when its settings or they cannot be used."""
        self._requests = RestRequests(connection, credentials)
        self._at_once = connection.concurrent_requests_max or AT_ONCE_WITHOUT_LIMIT

    def send(self, changes: Iterable[OutgoingChange]) -> Iterator[tuple[OutgoingChange, CarrierAnswer]]:
        """POST each change once, with its key; an answer for each as it comes."""
        yield from self._at_once_each(changes, self._send_one)

    def ask(self, changes: Iterable[OutgoingChange]) -> Iterator[tuple[OutgoingChange, CarrierAnswer]]:
        """Ask for each change once, by the recordkeeper's id or else by its key."""
        yield from self._at_once_each(changes, self._ask_one)

    def close(self) -> None:
        """Close the connections, to the recordkeeper and for the limits."""
        self._requests.close()

    def _at_once_each(
        self, changes: Iterable[OutgoingChange], do: Callable[[OutgoingChange], CarrierAnswer]
    ) -> Iterator[tuple[OutgoingChange, CarrierAnswer]]:
        with ThreadPoolExecutor(self._at_once) as pool:
            running = {pool.submit(do, change): change for change in changes}
            for future in as_completed(running):
                yield running[future], future.result()

    def _send_one(self, change: OutgoingChange) -> CarrierAnswer:
        person = quote(change.participant_id, safe="")
        path = self._requests.settings.plan_path(change.external_plan_id, f"/participants/{person}/submissions")
        request = httpx.Request(
            "POST",
            self._requests.settings.url + path,
            content=msgspec.json.encode(change.body, order="deterministic"),
            headers={
                "Accept": "application/json",
                "Content-Type": "application/json",
                "Idempotency-Key": change.idempotency_key,
            },
        )
        answer = self._exchange(request, _Asked("POST", path, time.monotonic()), read_sent)
        # The reason stands only where one asks for it.
        is_bare = answer.said is Said.REFUSED and answer.external_id and not answer.reason
        asked = self._ask_one(change) if is_bare else answer
        return asked if asked.said is Said.REFUSED else answer

    def _ask_one(self, change: OutgoingChange) -> CarrierAnswer:
        key = urlencode({"idempotency_key": change.idempotency_key})
        by_id = f"/v1/submissions/{quote(change.external_id, safe='')}"
        path = by_id if change.external_id else f"/v1/submissions?{key}"
        request = httpx.Request("GET", self._requests.settings.url + path, headers={"Accept": "application/json"})
        return self._exchange(request, _Asked("GET", path, time.monotonic()), read_asked)

    def _exchange(
        self, request: httpx.Request, asked: _Asked, read: Callable[[httpx.Response, RequestLine], CarrierAnswer]
    ) -> CarrierAnswer:
        """Make a request once and say what came of it; nothing but a status tells that the recordkeeper took nothing."""
        try:
            with self._requests.limits.slot():
                response = self._requests.exchange_once(request)
        except ConnectorError as error:
            line = asked.line(error.problem.code)
            return CarrierAnswer(Said.NOT_REACHED, line, code=error.problem.code, reason=error.problem.message)
        except _NOT_BEGUN as error:
            return _failed(Said.NOT_REACHED, asked, "RK_UNREACHABLE", error)
        except httpx.TimeoutException as error:
            return _failed(Said.NO_ANSWER, asked, "RK_TIMEOUT", error)
        except (httpx.TransportError, httpx.DecodingError) as error:
            return _failed(Said.NO_ANSWER, asked, "RK_UNREACHABLE", error)
        return read(response, asked.line(str(response.status_code)))


def _failed(said: Said, asked: _Asked, code: str, error: Exception) -> CarrierAnswer:
    reason = str(error).rstrip(".") or type(error).__name__
    return CarrierAnswer(said, asked.line(f"failed {code}"), code=code, reason=cleaned_reason(reason))


def read_sent(response: httpx.Response, line: RequestLine) -> CarrierAnswer:
    """What the answer to a POST means."""
    status = response.status_code
    if status == _CONFLICT:
        return CarrierAnswer(Said.KEY_REUSED, line, code="IDEMPOTENCY_MISMATCH", reason=reason_of(response))
    # 408 and a redirect do not say whether the change was taken.
    if _CLIENT_ERROR <= status < _ERROR and status not in {_TOO_MANY, _TIMED_OUT, *_SIGN_IN_REFUSED}:
        return CarrierAnswer(Said.REFUSED, line, code="SUBMISSION_REJECTED", reason=reason_of(response))
    return read_either(response, line)


def read_asked(response: httpx.Response, line: RequestLine) -> CarrierAnswer:
    """What the answer to a question about a change means."""
    if response.status_code == _NOT_FOUND:
        return CarrierAnswer(Said.NOT_FOUND, line, reason=reason_of(response))
    return read_either(response, line)


def read_either(response: httpx.Response, line: RequestLine) -> CarrierAnswer:
    """What an answer means that is read the same after sending and asking."""
    status = response.status_code
    if status in {_TOO_MANY, _UNAVAILABLE}:
        wait = retry_after_seconds(response) or 0.0
        return CarrierAnswer(Said.BUSY, line, code="RK_RATE_LIMITED", reason=reason_of(response), wait_seconds=wait)
    if status in _SIGN_IN_REFUSED:
        return CarrierAnswer(Said.NOT_REACHED, line, code="RK_AUTH_FAILED", reason=f"It answered {status}.")
    if not _SUCCESS <= status < _REDIRECT:
        code = "RK_UNREACHABLE" if status >= _ERROR else "RK_BAD_RESPONSE"
        return CarrierAnswer(Said.NO_ANSWER, line, code=code, reason=f"It answered {status}.")
    try:
        taken = msgspec.json.decode(response.content, type=Taken)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return CarrierAnswer(Said.NO_ANSWER, line, code="RK_BAD_RESPONSE", reason="Its answer cannot be read.")
    return answer_of(taken, line)


STATUSES: Mapping[str, Said] = {"accepted": Said.TAKEN, "applied": Said.APPLIED, "rejected": Said.REFUSED}


def answer_of(taken: Taken, line: RequestLine) -> CarrierAnswer:
    """An answer that can be read."""
    said = STATUSES.get(taken.status)
    if said is None:
        return CarrierAnswer(Said.NO_ANSWER, line, code="RK_BAD_RESPONSE", reason="Its answer has an unknown status.")
    moment = taken.received_at
    details: dict[str, Any] = {
        "external_id": taken.submission_id,
        "received_at": moment if moment is None or moment.tzinfo else None,
        "effective_on": taken.effective_date,
    }
    if said is Said.REFUSED:
        details |= {"code": "SUBMISSION_REJECTED", "reason": taken.problem.text() if taken.problem else ""}
    return CarrierAnswer(said, line, **details)


def reason_of(response: httpx.Response) -> str:
    """The reason of an RFC 9457 problem, in the recordkeeper's words; its status when there is none."""
    try:
        text = msgspec.json.decode(response.content, type=Reason).text()
    except (msgspec.MsgspecError, ValueError, RecursionError):
        text = ""
    return text or f"It answered {response.status_code}."
