"""When a request to a recordkeeper is made again, and how long to wait before."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import tenacity

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import ConnectorError, GiveUp, TryAgain

TRIES_MAX = 5
BACKOFF_SECONDS_MAX = 30.0
_TOO_MANY_REQUESTS, _SERVER_ERROR, _UNAVAILABLE = 429, 500, 503


class RequestFailedError(Exception):
    """A request failed in a way that may pass; `waits`: the recordkeeper asked for patience by 429 or Retry-After."""

    def __init__(self, code: str, detail: str, *, waits: bool = False, retry_after: float = 0.0) -> None:
        super().__init__(detail)
        self.code, self.detail, self.waits, self.retry_after = code, detail, waits, retry_after

    def lasting(self, tries: int = 1) -> ConnectorError:
        """The error when it did not pass in so many tries."""
        problem = Problem(self.code, detail=self.detail if tries == 1 else f"{self.detail} It was asked {tries} times.")
        return GiveUp(problem) if self.code == "RK_BAD_RESPONSE" else TryAgain(problem)


@dataclass
class Patience:
    """How long one request is tried: five tries, and waits asked for by the recordkeeper up to a total in seconds."""

    backoff_seconds: float
    wait_seconds_max: float
    tries_max: int = TRIES_MAX
    tries: int = field(default=0, init=False)
    waits: int = field(default=0, init=False)
    waited_seconds: float = field(default=0.0, init=False)

    @property
    def made(self) -> int:
        """How often the request was made until now."""
        return self.tries + self.waits

    def seconds(self, state: tenacity.RetryCallState) -> float:
        """Seconds before the next try: what the recordkeeper asked for, or exponential; with jitter in both."""
        failure = _failure(state)
        if failure.retry_after:
            return failure.retry_after + random.uniform(0, self.backoff_seconds)  # noqa: S311 - jitter, no secret
        exponent = self.waits if failure.waits else self.tries
        # The longest wait is bounded before the jitter, so that workers do not come back in step.
        longest: float = min(self.backoff_seconds * 2**exponent, BACKOFF_SECONDS_MAX)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter

    def is_spent(self, state: tenacity.RetryCallState) -> bool:
        """Whether the request is given up after this failure."""
        if not _failure(state).waits:
            self.tries += 1
            return self.tries >= self.tries_max
        self.waits += 1
        self.waited_seconds += state.upcoming_sleep
        return self.waited_seconds > self.wait_seconds_max


def failed_status(response: httpx.Response, name: str) -> RequestFailedError | None:
    """What a status of 429 or 5xx means; None for any other."""
    status = response.status_code
    asked = retry_after_seconds(response) if status in {_TOO_MANY_REQUESTS, _UNAVAILABLE} else None
    detail = f"{name} answered {status}."
    if status == _TOO_MANY_REQUESTS or asked is not None:
        return RequestFailedError("RK_RATE_LIMITED", detail, waits=True, retry_after=asked or 0.0)
    return RequestFailedError("RK_UNREACHABLE", detail) if status >= _SERVER_ERROR else None


def retry_after_seconds(response: httpx.Response) -> float | None:
    """Seconds of a Retry-After header (a number, or an HTTP date by the recordkeeper's own clock); None without one."""
    text = response.headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text)
    later, now = http_date(text), http_date(response.headers.get("date", ""))
    return None if later is None else max((later - (now or datetime.now(UTC))).total_seconds(), 0.0)


def http_date(text: str) -> datetime | None:
    """An HTTP date; None when the text is none."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _failure(state: tenacity.RetryCallState) -> RequestFailedError:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, RequestFailedError):
        raise TypeError(error)
    return error
