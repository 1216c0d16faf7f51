"""Signing in from the recordkeeper's site by OpenID Connect: authorization code with PKCE, identity tokens by RS256."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import jwt

from planbridge.recordkeepers.rest_settings import is_loopback

ALGORITHMS = ["RS256"]  # no other: neither "none" nor a secret that both sides know
LEEWAY_SECONDS = 60
TIMEOUT_SECONDS = 10.0
ANSWER_BYTES_MAX = 256 * 1024


class SignInFailed(Exception):  # noqa: N818 - says what happened
    """The provider does not answer as one, or what it says cannot be believed; the message is for the log."""


@dataclass(frozen=True)
class Client:
    """What Planbridge is to a provider."""

    issuer: str
    client_id: str
    secret: str
    redirect_uri: str


@dataclass(frozen=True)
class Begun:
    """What the browser's session keeps of a sign-in that was begun."""

    connection_id: int
    state: str
    nonce: str
    verifier: str

    def as_json(self) -> dict[str, Any]:  # Any: JSON values
        """For the session."""
        return asdict(self)


@dataclass(frozen=True)
class SignedIn:
    """Who signed in: the participant's id, and the plan's id, both at the recordkeeper."""

    participant_id: str
    external_plan_id: str


def begin(connection_id: int) -> Begun:
    """New secrets for one sign-in."""
    return Begun(connection_id, secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


def address_to_ask(client: Client, begun: Begun) -> str:
    """Where the browser is sent to. Raises SignInFailed."""
    asked = {
        "response_type": "code",
        "scope": "openid",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": challenge_of(begun.verifier),
        "code_challenge_method": "S256",
    }
    address = endpoint(configuration(client), "authorization_endpoint")
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def who_signed_in(client: Client, begun: Begun, code: str) -> SignedIn:
    """Who a code is for: it is changed for an identity token, which is verified. Raises SignInFailed."""
    said = configuration(client)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "code_verifier": begun.verifier,
        "client_id": client.client_id,
        "client_secret": client.secret,
    }
    tokens = answer_of("POST", endpoint(said, "token_endpoint"), form)
    keys = answer_of("GET", endpoint(said, "jwks_uri"))
    return read_token(client, begun, str(tokens.get("id_token") or ""), keys)


def read_token(client: Client, begun: Begun, token: str, keys: Mapping[str, Any]) -> SignedIn:  # Any: JSON values
    """Who an identity token is for, once signature, issuer, audience, times and nonce hold. Raises SignInFailed."""
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
        known = jwt.PyJWKSet.from_dict(dict(keys)).keys
        key = next((one for one in known if one.key_id == key_id), known[0] if key_id is None else None)
        if key is None:
            raise SignInFailed("the identity token is signed by a key that the provider does not publish")
        claims = jwt.decode(
            token,
            key.key,
            algorithms=ALGORITHMS,
            audience=client.client_id,
            issuer=client.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "aud", "iss", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise SignInFailed(f"the identity token cannot be believed: {type(error).__name__}") from error
    check_for_us(client, begun, claims)
    person, plan = claims.get("sub"), claims.get("plan_id")
    if not isinstance(person, str) or not isinstance(plan, str) or not person or not plan or "\x00" in person + plan:
        raise SignInFailed("the identity token names no participant of a plan")
    return SignedIn(person, plan)


def check_for_us(client: Client, begun: Begun, claims: Mapping[str, Any]) -> None:  # Any: JSON values
    """Raises SignInFailed for a token of another sign-in, or that was made for somebody else beside us."""
    if not secrets.compare_digest(str(claims.get("nonce") or "").encode(), begun.nonce.encode()):
        raise SignInFailed("the identity token is of another sign-in")
    # OpenID Connect Core 3.1.3.7: with several audiences, the authorized party must be this client.
    party = claims.get("azp", client.client_id if isinstance(claims["aud"], str) or len(claims["aud"]) == 1 else None)
    if party != client.client_id:
        raise SignInFailed("the identity token was made for another client")


def configuration(client: Client) -> dict[str, Any]:  # Any: JSON values
    """What the provider offers (OpenID Connect Discovery 1.0). Raises SignInFailed."""
    said = answer_of("GET", f"{client.issuer}/.well-known/openid-configuration")
    if said.get("issuer") != client.issuer:
        raise SignInFailed("the provider calls itself by another issuer")
    return said


def endpoint(said: Mapping[str, Any], name: str) -> str:  # Any: JSON values
    """An address of the provider: https, or this machine itself. Raises SignInFailed."""
    address = str(said.get(name) or "")
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        raise SignInFailed(f"the provider's {name} is no address") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise SignInFailed(f"the provider's {name} is no https address")
    return address


def answer_of(method: str, address: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:  # Any: JSON values
    """A JSON object from the provider; redirects are not followed. Raises SignInFailed."""
    try:
        answer = httpx.request(method, address, data=form, timeout=TIMEOUT_SECONDS, follow_redirects=False)
        body = answer.json() if answer.is_success and len(answer.content) <= ANSWER_BYTES_MAX else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise SignInFailed(f"the provider does not answer as one: {type(error).__name__}") from error
    if not isinstance(body, dict):
        raise SignInFailed(f"the provider answers {answer.status_code} without an object")
    return body
