"""Requests to a Recordkeeper API: authenticated, limited, retried, and listed as the run shows them."""

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import httpx
import msgspec
import tenacity

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import FixSettings, GiveUp, RequestLine, TryAgain
from planbridge.recordkeepers.limits import RequestLimits
from planbridge.recordkeepers.rest_retries import TRIES_MAX, Patience, RequestFailedError, failed_status
from planbridge.recordkeepers.rest_settings import is_loopback, origin, read_settings
from planbridge.recordkeepers.rest_tokens import TokenAnswer, TokenSource

CONNECT_SECONDS_MAX = 10.0
REQUEST_LINES_MAX = 200
REDIRECTS_MAX = 3
# After a host could not be reached, other requests to it are tried once only, for this long.
DOWN_SECONDS = 30.0
_UNAUTHORIZED, _FORBIDDEN = 401, 403

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Call:
    """One GET: path with query, headers, other statuses that its reader understands, and where it is listed."""

    path: str
    headers: dict[str, str] = field(default_factory=lambda: {"Accept": "application/json"})
    understood: frozenset[int] = frozenset()
    lines: list[RequestLine] = field(default_factory=list)


class BrokenBodyError(Exception):
    """A body is not what its status promises (truncated, not JSON); says why, never what stood in it."""


class RestRequests:
    """Makes the requests of one connection. Safe to use from several threads; `close` ends what still waits."""

    def __init__(self, connection: Connection, credentials: dict[str, str]) -> None:
        """Take a connection and its credentials. Raises FixSettings when its settings or they cannot be used."""
        self._closed = threading.Event()
        self._down_until = 0.0
        self.settings = settings = read_settings(connection.settings)
        self.limits = RequestLimits(connection, sleep=self.sleep)
        self._tokens = TokenSource(settings, credentials, self._ask_token)
        self._client = httpx.Client(
            timeout=httpx.Timeout(
                settings.timeout_seconds, connect=min(settings.timeout_seconds, CONNECT_SECONDS_MAX), pool=None
            ),
            # A proxy of the environment is not asked for this machine itself.
            trust_env=not is_loopback(origin(settings.url)[1]),
            headers={"User-Agent": "planbridge"},
        )

    def get(self, call: Call, read: Callable[[httpx.Response], Answer]) -> Answer:
        """Make the call and return what `read` makes of the (streamed) answer; a BrokenBodyError of it is retried.

        Raises ConnectorError: TryAgain, FixSettings or GiveUp, as the protocol says.
        """
        return self._patiently(lambda: self._attempt(call, read))

    def exchange_once(self, request: httpx.Request) -> httpx.Response:
        """Make a request as it is, in its turn, signed in, once, redirected nowhere: for rest_submissions.py alone.

        A refused token (401) is the one reason to make it again. Raises httpx.TransportError as it comes, and
        ConnectorError where nothing was sent.
        """
        token = self._tokens.token()
        response = self._exchanged(request, token)
        other = self._tokens.token(refused=token) if response.status_code == _UNAUTHORIZED else None
        return response if other is None else self._exchanged(request, other)

    def _exchanged(self, request: httpx.Request, token: str | None) -> httpx.Response:
        self.limits.wait_turn()
        request.headers["Authorization"] = f"Bearer {token}"
        request.headers.setdefault("User-Agent", "planbridge")
        return self._client.send(request)

    def sleep(self, seconds: float) -> None:
        """Wait; raises TryAgain when the requests are closed meanwhile."""
        if self._closed.wait(seconds):
            raise TryAgain(Problem("RK_UNREACHABLE", detail="The reading was broken off."))

    def close(self) -> None:
        """End waiting requests and close the connections, to the recordkeeper and for the limits."""
        self._closed.set()
        self._client.close()
        self.limits.close()

    def _patiently(self, attempt: Callable[[], Answer]) -> Answer:
        tries_max = 1 if time.monotonic() < self._down_until else TRIES_MAX
        patience = Patience(self.settings.backoff_seconds, self.settings.wait_seconds_max, tries_max)
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(RequestFailedError),
            wait=patience.seconds,
            stop=patience.is_spent,
            sleep=self.sleep,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except RequestFailedError as failure:
            raise failure.lasting(patience.made) from None

    def _attempt(self, call: Call, read: Callable[[httpx.Response], Answer]) -> Answer:
        token = self._tokens.token()
        answer = self._authorized(call, read, token)
        if answer is not None:
            return answer[0]
        other = self._tokens.token(refused=token)
        answer = None if other is None else self._authorized(call, read, other)
        if answer is not None:
            return answer[0]
        raise FixSettings(Problem("RK_AUTH_FAILED", detail=f"{_name(call)} answered 401."))

    def _authorized(
        self, call: Call, read: Callable[[httpx.Response], Answer], token: str | None
    ) -> tuple[Answer] | None:
        """One try with a token; None when the token was refused (401)."""
        self.limits.wait_turn()
        headers = {**call.headers, "Authorization": f"Bearer {token}"}
        request = self._client.build_request("GET", self.settings.url + call.path, headers=headers)
        started = time.monotonic()
        status = "failed"
        try:
            response = self._send(request)
            status = str(response.status_code)
            try:
                if response.status_code == _UNAUTHORIZED:
                    return None
                self._check_status(response, call)
                return (_read(response, call, read),)
            finally:
                response.close()
        except RequestFailedError as failure:
            status = status if failure.code == "RK_RATE_LIMITED" else f"{status} {failure.code}"
            raise
        finally:
            if len(call.lines) < REQUEST_LINES_MAX:
                call.lines.append(RequestLine("GET", call.path, status, round((time.monotonic() - started) * 1000)))

    def _send(self, request: httpx.Request) -> httpx.Response:
        """Send, and follow redirects that stay on the host: credentials go nowhere else."""
        home = origin(str(request.url))
        for _ in range(REDIRECTS_MAX + 1):
            response = self._sent_once(request)
            following = response.next_request
            if following is None:
                return response
            response.close()
            if origin(str(following.url)) != home:
                detail = (
                    f"GET {request.url.path} is redirected to another host; the connection's address should name it."
                )
                raise FixSettings(Problem("RK_BAD_RESPONSE", detail=detail))
            request = following
        raise GiveUp(Problem("RK_BAD_RESPONSE", detail=f"GET {request.url.path} is redirected again and again."))

    def _sent_once(self, request: httpx.Request) -> httpx.Response:
        name = f"{request.method} {request.url.path}"
        try:
            return self._client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            _refuse_certificate(error)
            self._down_until = time.monotonic() + DOWN_SECONDS
            raise RequestFailedError("RK_UNREACHABLE", f"{name}: {_reason(error)}.") from None
        except httpx.TimeoutException:
            detail = f"{name}: no answer within {self.settings.timeout_seconds:g} seconds."
            raise RequestFailedError("RK_TIMEOUT", detail) from None
        except httpx.TransportError as error:
            raise RequestFailedError("RK_UNREACHABLE", f"{name}: {_reason(error)}.") from None
        except RuntimeError as error:  # httpx says so when its client was closed meanwhile
            raise TryAgain(Problem("RK_UNREACHABLE", detail="The reading was broken off.")) from error

    def _check_status(self, response: httpx.Response, call: Call) -> None:
        status = response.status_code
        if response.is_success or status in call.understood:
            self._down_until = 0.0
            return
        if status == _FORBIDDEN:
            raise FixSettings(Problem("RK_AUTH_FAILED", detail=f"{_name(call)} answered 403."))
        failure = failed_status(response, _name(call))
        if failure is not None:
            raise failure
        raise GiveUp(Problem("RK_BAD_RESPONSE", detail=f"{_name(call)} answered {status}."))

    def _ask_token(self, request: httpx.Request) -> TokenAnswer:
        def attempt() -> TokenAnswer:
            response = self._sent_once(request)
            call = Call("(token)")
            try:
                failure = failed_status(response, "The token address")
                if failure is not None:
                    raise failure
                if not response.is_success:
                    detail = f"The token address answered {response.status_code}."
                    raise FixSettings(Problem("RK_AUTH_FAILED", detail=detail))
                return _read(response, call, lambda answer: read_json(answer, TokenAnswer))
            finally:
                response.close()

        return self._patiently(attempt)


def read_json(response: httpx.Response, shape: type[Answer]) -> Answer:
    """The body as `shape`. Raises BrokenBodyError when it is not JSON, GiveUp when it is JSON of another shape."""
    body = response.read()
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        # The message names types and places ("Expected `str`, got `int` - at `$.next`"), never values.
        detail = f"GET {response.request.url.path}: {error}."
        raise GiveUp(Problem("RK_BAD_RESPONSE", detail=detail)) from None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        message = "the body is not JSON"
        raise BrokenBodyError(message) from None


def _read(response: httpx.Response, call: Call, read: Callable[[httpx.Response], Answer]) -> Answer:
    try:
        return read(response)
    except BrokenBodyError as error:
        raise RequestFailedError("RK_BAD_RESPONSE", f"{_name(call)}: {error}.") from None
    except httpx.TimeoutException:
        raise RequestFailedError("RK_TIMEOUT", f"{_name(call)}: the answer stopped half-way.") from None
    except (httpx.TransportError, httpx.DecodingError) as error:
        raise RequestFailedError("RK_BAD_RESPONSE", f"{_name(call)}: the body broke off ({_reason(error)}).") from None


def _refuse_certificate(error: BaseException) -> None:
    """Raise FixSettings when a connection failed for its certificate."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            raise FixSettings(Problem("RK_CERTIFICATE", detail=cause.verify_message)) from None
        cause = cause.__cause__ or cause.__context__


def _reason(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__


def _name(call: Call) -> str:
    return f"GET {call.path}"
