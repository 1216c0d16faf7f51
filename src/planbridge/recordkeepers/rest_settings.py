"""The settings of a `rest` connection, checked; and the addresses its calls go to."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import FixSettings, GiveUp

TIMEOUT_SECONDS = 60.0
WAIT_SECONDS_MAX = 120.0
BACKOFF_SECONDS = 0.5
PAGE_LIMIT = 1000

# A `next` that is an address and not an opaque cursor: absolute, or relative with a cursor in its query.
_IS_ADDRESS = re.compile(r"https?://|/?[^?]*\?(?:[^#]*&)?cursor=")


@dataclass(frozen=True)
class RestSettings:
    """How a Recordkeeper API is reached; `url` without trailing slash and without /v1; durations in seconds."""

    url: str
    token_url: str | None = None
    timeout_seconds: float = TIMEOUT_SECONDS
    wait_seconds_max: float = WAIT_SECONDS_MAX
    backoff_seconds: float = BACKOFF_SECONDS
    is_ndjson_tried: bool = True
    page_limit: int = PAGE_LIMIT

    def plan_path(self, external_plan_id: str, tail: str = "", **query: object) -> str:
        """Path and query of a call on a plan."""
        asked = {name: value for name, value in query.items() if value is not None}
        path = f"/v1/plans/{quote(external_plan_id, safe='')}{tail}"
        return f"{path}?{urlencode(asked)}" if asked else path

    def next_path(self, path: str, cursor: str) -> str:
        """Path and query of the page after `path`. Raises GiveUp when the cursor leads to another host."""
        if not _IS_ADDRESS.match(cursor):
            return f"{path}{'&' if '?' in path else '?'}{urlencode({'cursor': cursor})}"
        parts, base = urlsplit(cursor), urlsplit(self.url)
        if parts.netloc and origin(cursor) != origin(self.url):
            raise GiveUp(Problem("RK_BAD_RESPONSE", detail=f"{path}: the next page is on another host."))
        # An absolute path may or may not repeat the path of the base address.
        target = parts.path.removeprefix(base.path.rstrip("/")) if parts.path else path.partition("?")[0]
        return f"{target}?{parts.query}" if parts.query else target


def read_settings(settings: dict[str, Any]) -> RestSettings:
    """Check a connection's settings; raises FixSettings when the address or a number cannot be used."""
    url = _checked_url(str(settings.get("url") or ""))
    token_url = settings.get("token_url")
    return RestSettings(
        url=re.sub(r"/v1$", "", url.rstrip("/")),
        token_url=_checked_url(str(token_url)) if token_url else None,
        timeout_seconds=_seconds(settings, "timeout_seconds", TIMEOUT_SECONDS),
        wait_seconds_max=_seconds(settings, "wait_seconds_max", WAIT_SECONDS_MAX),
        backoff_seconds=_seconds(settings, "backoff_seconds", BACKOFF_SECONDS),
        is_ndjson_tried=settings.get("ndjson", "auto") != "never",
        page_limit=int(_seconds(settings, "page_limit", PAGE_LIMIT)),
    )


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself, by name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _checked_url(url: str) -> str:
    try:
        scheme, host, _ = origin(url)
    except ValueError:
        scheme, host = "", ""
    if scheme not in {"http", "https"} or not host or "@" in urlsplit(url).netloc:
        detail = "The connection's address is not one like https://recordkeeper.example/api."
        raise FixSettings(Problem("RK_UNREACHABLE", detail=detail))
    if scheme == "http" and not is_loopback(host):
        raise FixSettings(
            Problem("RK_CERTIFICATE", detail=f"{host} is reached by https:// only; http:// is for loopback.")
        )
    return url


def _seconds(settings: dict[str, Any], name: str, default: float) -> float:
    try:
        number = float(settings.get(name, default))
    except (TypeError, ValueError):
        number = -1.0
    if not 0 < number < float("inf"):
        raise FixSettings(Problem("RK_UNREACHABLE", detail=f"The connection's {name} is not a positive number."))
    return number
