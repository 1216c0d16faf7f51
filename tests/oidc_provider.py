"""A small OpenID Connect provider on loopback: discovery, authorization code flow with PKCE, user info, keys."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID, CLIENT_SECRET = "planbridge-of-the-tests", "a-secret-of-the-tests"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """The provider: who is signed in there, and what it was asked. Changing `person` signs somebody else in."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)  # each authorization request
    codes: dict[str, dict[str, str]] = field(default_factory=dict)  # code to the request that it answers
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)

    def configuration(self) -> dict[str, Any]:
        """What discovery says."""
        places = {f"{name}_endpoint": f"{self.url}/{name}" for name in ("authorization", "token", "userinfo")}
        return places | {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def authorize(self, request: dict[str, str]) -> str:
        """Where the browser goes on to: back with a code; the person is signed in and asked nothing."""
        self.asked.append(request)
        right = (request["client_id"], request["response_type"], request["code_challenge_method"])
        if right != (CLIENT_ID, "code", "S256") or "openid" not in request["scope"]:
            return f"{request['redirect_uri']}?{urlencode({'error': 'invalid_request', 'state': request['state']})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = request
        return f"{request['redirect_uri']}?{urlencode({'code': code, 'state': request['state']})}"

    def exchange(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Tokens for a code, once, to whoever has our secret and the verifier of the challenge; else None."""
        request = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        basic = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request is None or authorization != basic or challenge != request["code_challenge"]:
            return None
        if form["redirect_uri"] != request["redirect_uri"]:
            return None
        token = secrets.token_urlsafe(16)
        self.tokens[token] = self.person
        now = int(time.time())
        claims = self.person | {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        signed = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "1"})
        return {"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": signed}


class Face(BaseHTTPRequestHandler):
    """The provider's addresses."""

    provider: Provider

    def do_GET(self) -> None:
        """Discovery, authorization, user info and keys."""
        parts = urlsplit(self.path)
        if parts.path == "/authorization":
            self.send_response(302)
            self.send_header("Location", self.provider.authorize(first_values(parts.query)))
            self.end_headers()
        elif parts.path == "/.well-known/openid-configuration":
            self.answer(self.provider.configuration())
        elif parts.path == "/jwks":
            key: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(KEY.public_key()))
            self.answer({"keys": [key | {"kid": "1", "use": "sig", "alg": "RS256"}]})
        else:
            self.answer(self.provider.tokens.get((self.headers.get("Authorization") or "").removeprefix("Bearer ")))

    def do_POST(self) -> None:
        """The exchange of a code for tokens."""
        form = first_values(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.answer(self.provider.exchange(form, self.headers.get("Authorization") or ""))

    def answer(self, value: dict[str, Any] | None) -> None:
        """A value as JSON; 400 for none."""
        body = json.dumps(value or {"error": "invalid_grant"}).encode()
        self.send_response(200 if value else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


def first_values(query: str) -> dict[str, str]:
    """The parameters of a query or form, the first of each name."""
    return {name: values[0] for name, values in parse_qs(query).items()}


@contextmanager
def openid_provider() -> Iterator[Provider]:
    """A provider that answers until the end."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("FaceOfOne", (Face,), {"provider": provider}))
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def as_environment(provider: Provider) -> dict[str, str]:
    """The variables by which an installation knows the provider."""
    return {
        "PLANBRIDGE_OIDC_URL": provider.url,
        "PLANBRIDGE_OIDC_CLIENT_ID": CLIENT_ID,
        "PLANBRIDGE_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "PLANBRIDGE_OIDC_NAME": "Example Sign-on",
    }
