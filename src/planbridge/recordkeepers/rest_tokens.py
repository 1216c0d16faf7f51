"""The bearer token of a `rest` connection: static, or asked for by OAuth 2 client credentials (RFC 6749, 4.4)."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import httpx
import msgspec

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import FixSettings
from planbridge.recordkeepers.rest_settings import RestSettings

# A token is renewed this long before it runs out, so that it does not do so on the way.
RENEW_SECONDS = 30.0


class TokenAnswer(msgspec.Struct):
    """What a token URL answers."""

    access_token: str
    expires_in: float | str | None = None


@dataclass(frozen=True)
class _Token:
    text: str
    ends_at: float


class TokenSource:
    """Gives the bearer token of a connection. Safe to use from several threads."""

    def __init__(
        self, settings: RestSettings, credentials: dict[str, str], ask: Callable[[httpx.Request], TokenAnswer]
    ) -> None:
        """Take the credentials ({"token"} or {"client_id", "client_secret"}); `ask` sends a request to the token URL.

        Raises FixSettings (RK_AUTH_FAILED) when they are not complete.
        """
        self._static = credentials.get("token") or None
        self._client_id, self._client_secret = credentials.get("client_id", ""), credentials.get("client_secret", "")
        self._token_url = settings.token_url
        self._ask = ask
        self._lock = threading.Lock()
        self._token: _Token | None = None
        if self._static is None and not (self._client_id and self._client_secret and self._token_url):
            detail = "The connection has neither a token nor a client id, a client secret and a token address."
            raise FixSettings(Problem("RK_AUTH_FAILED", detail=detail))

    def token(self, *, refused: str | None = None) -> str | None:
        """A token other than the one that was refused with 401; None when there can be no other."""
        if self._static is not None:
            return None if refused == self._static else self._static
        with self._lock:
            if self._token is None or self._token.text == refused or self._token.ends_at < time.monotonic():
                self._token = self._new_token()
            return self._token.text

    def _new_token(self) -> _Token:
        # RFC 6749, 2.3.1: id and secret are form-encoded before they go into the Basic header.
        pair = httpx.BasicAuth(quote(self._client_id, safe=""), quote(self._client_secret, safe=""))
        request = httpx.Request(
            "POST",
            self._token_url or "",
            data={"grant_type": "client_credentials"},
            headers={"Accept": "application/json"},
        )
        answer = self._ask(next(pair.auth_flow(request)))
        try:
            lasts = float(answer.expires_in or 3600)
        except ValueError:
            lasts = 3600.0
        return _Token(answer.access_token, time.monotonic() + max(lasts - RENEW_SECONDS, 1.0))
