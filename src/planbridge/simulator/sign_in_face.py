"""The provider's addresses: discovery, keys, tokens, and the page on which a person signs in as a participant."""

import base64
import binascii
from collections.abc import Callable
from html import escape
from urllib.parse import parse_qsl, unquote_plus, urlencode

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from planbridge.simulator.admin_face import is_local
from planbridge.simulator.answers import json_answer
from planbridge.simulator.page import STYLE
from planbridge.simulator.recordkeeper import PlanUnknownError, Recordkeeper
from planbridge.simulator.sign_in import RequestRefusedError, SignIn, read_request

_PEOPLE_SHOWN = 50
_KEPT = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)
_NO_STORE = {"Cache-Control": "no-store"}

Call = Callable[[Recordkeeper, SignIn, Request, dict[str, str]], Response]


def sign_in_routes(keeper: Recordkeeper, sign_in: SignIn) -> list[Route]:
    """Return the provider's routes; its issuer is the simulator's own address."""

    def route(path: str, method: str, call: Call) -> Route:
        async def answer(request: Request) -> Response:
            if not is_local(request):
                return Response("This page is for this machine only.", 403)
            body = (await request.body()).decode("utf-8", "replace")
            values = dict(parse_qsl(body)) if method == "POST" else dict(request.query_params)
            try:
                return await run_in_threadpool(call, keeper, sign_in, request, values)
            except (RequestRefusedError, PlanUnknownError) as error:
                return HTMLResponse(_document(f"<p>This sign-in cannot go on: {escape(str(error))}.</p>"), 400)

        return Route(path, answer, methods=[method])

    return [
        route("/.well-known/openid-configuration", "GET", show_configuration),
        route("/sign-in/keys", "GET", show_keys),
        route("/sign-in", "GET", show_people),
        route("/sign-in", "POST", sign_in_as),
        route("/sign-in/token", "POST", exchange_code),
        route("/sign-in/person", "GET", show_person),
    ]


def show_configuration(_keeper: Recordkeeper, _sign_in: SignIn, request: Request, _values: dict[str, str]) -> Response:
    """Answer what the provider offers (OpenID Connect Discovery 1.0)."""
    issuer = _issuer(request)
    return json_answer(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/sign-in",
            "token_endpoint": f"{issuer}/sign-in/token",
            "userinfo_endpoint": f"{issuer}/sign-in/person",
            "jwks_uri": f"{issuer}/sign-in/keys",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid"],
            "claims_supported": ["sub", "plan_id"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }
    )


def show_keys(_keeper: Recordkeeper, sign_in: SignIn, _request: Request, _values: dict[str, str]) -> Response:
    """Answer the keys that verify identity tokens."""
    return json_answer(sign_in.public_keys())


def show_people(keeper: Recordkeeper, _sign_in: SignIn, _request: Request, values: dict[str, str]) -> Response:
    """Answer the page: a plan to pick, a search, and a button for each person found."""
    read_request(values)
    plans = keeper.plan_ids()
    plan_id, search = values.get("plan_id") or plans[0], values.get("search", "").strip()
    kept = "".join(_hidden(name, values[name]) for name in _KEPT if name in values)
    people = _people_found(keeper, plan_id, search)
    options = "".join(f"<option{' selected' if one == plan_id else ''}>{escape(one)}</option>" for one in plans)
    looking = (
        f'<form method="get" action="/sign-in">{kept}<label for="plan">Plan</label><select id="plan" name="plan_id">'
        f'{options}</select> <label for="search">Name or id</label><input id="search" name="search" '
        f'value="{escape(search)}"> <button>Search</button></form>'
    )
    shown = people[:_PEOPLE_SHOWN]
    rows = "".join(
        f'<li><form method="post" action="/sign-in">{kept}{_hidden("plan_id", plan_id)}'
        f"{_hidden('participant_id', person)}<button>{escape(name)}</button> {escape(person)}</form></li>"
        for person, name in shown
    )
    more = f"<p>The first {_PEOPLE_SHOWN}; search for others.</p>" if len(people) > len(shown) else ""
    listed = f"<ul>{rows}</ul>{more}" if shown else "<p>Nobody of this plan is called so.</p>"
    return HTMLResponse(_document(looking + listed), headers=_NO_STORE)


def sign_in_as(keeper: Recordkeeper, sign_in: SignIn, _request: Request, values: dict[str, str]) -> Response:
    """Send the browser back to the client with a code for the person picked."""
    asked = read_request(values)
    plan_id, person = values.get("plan_id", ""), values.get("participant_id", "")
    if not any(keeper.people(plan_id, only=person)) or not person:
        message = "no such participant"
        raise RequestRefusedError(message)
    answer = urlencode({"code": sign_in.code_for(asked, plan_id, person), "state": asked.state})
    mark = "&" if "?" in asked.redirect_uri else "?"
    return RedirectResponse(f"{asked.redirect_uri}{mark}{answer}", 303, headers=_NO_STORE)


def exchange_code(_keeper: Recordkeeper, sign_in: SignIn, request: Request, values: dict[str, str]) -> Response:
    """Answer tokens for a code, to the client alone."""
    if not sign_in.is_client(*_client_of(request, values)):
        headers = {"WWW-Authenticate": "Basic", **_NO_STORE}
        return json_answer({"error": "invalid_client"}, status=401, headers=headers)
    if values.get("grant_type") != "authorization_code":
        return json_answer({"error": "unsupported_grant_type"}, status=400, headers=_NO_STORE)
    tokens = sign_in.tokens_for(values, _issuer(request))
    return json_answer(tokens or {"error": "invalid_grant"}, status=200 if tokens else 400, headers=_NO_STORE)


def show_person(_keeper: Recordkeeper, sign_in: SignIn, request: Request, _values: dict[str, str]) -> Response:
    """Answer whom an access token is for."""
    claims = sign_in.claims_for(request.headers.get("authorization", ""))
    headers = {} if claims else {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return json_answer(claims or {"error": "invalid_token"}, status=200 if claims else 401, headers=headers)


def _client_of(request: Request, values: dict[str, str]) -> tuple[str, str]:
    """The client's id and secret, of the header (each percent-encoded: RFC 6749, 2.3.1) or of the form."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return values.get("client_id", ""), values.get("client_secret", "")
    try:
        client, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(client), unquote_plus(secret)


def _people_found(keeper: Recordkeeper, plan_id: str, search: str) -> list[tuple[str, str]]:
    """Id and name of a plan's people whose id or name has the text searched for, one more than are shown at most."""
    keeper.plan_text(plan_id)
    found = []
    for person, text in keeper.served_people(plan_id, keeper.sequence):
        document = msgspec.json.decode(text)
        name = " ".join(document.get(part) or "" for part in ("first_name", "last_name")).strip()
        if search.casefold() in f"{person} {name}".casefold():
            found.append((person, name or person))
        if len(found) > _PEOPLE_SHOWN:
            break
    return found


def _issuer(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _document(content: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in as participant</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main><h1>Sign in as participant</h1>"
        f"<p>The recordkeeper's own site, simulated: pick who you are.</p>{content}</main></body></html>"
    )
