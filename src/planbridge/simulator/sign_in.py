"""The simulator as OpenID Connect provider: who signs in to which client, codes, and identity tokens under its own key."""

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm

from planbridge.simulator import store as statements
from planbridge.simulator.store import Store

CLIENT_ID = "planbridge-enrollment"
CODE_SECONDS, TOKEN_SECONDS = 60, 300
_KEY = "sign_in_key"
_KEY_BITS = 2048
_LOOPBACKS = {"127.0.0.1", "::1", "localhost"}


class RequestRefusedError(ValueError):
    """An authorization request that is not sent back to its client, since that may be nobody's; the message says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A client's authorization request (RFC 6749, RFC 7636, OpenID Connect Core 3.1.2.1)."""

    redirect_uri: str
    state: str
    challenge: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Grant:
    """Who signed in for which request, until when a code or an access token of it is taken."""

    asked: Asked
    plan_id: str
    participant_id: str
    ends: float


@dataclass(slots=True)
class SignIn:
    """The provider's state: its key in the store, and the codes and access tokens given out and not used up."""

    store: Store
    secret: str
    codes: dict[str, Grant] = field(default_factory=dict)
    tokens: dict[str, Grant] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def key(self) -> RSAPrivateKey:
        """The signing key, made at its first use and kept in the store."""
        with self.lock:
            text = self.store.state(_KEY)
            if not text:
                made = generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
                text = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
                with self.store.writing() as connection:
                    connection.execute(statements.WRITE_STATE, (_KEY, text))
        key = load_pem_private_key(text.encode(), password=None)
        if not isinstance(key, RSAPrivateKey):
            message = "the store's sign-in key is no RSA key"
            raise TypeError(message)
        return key

    def public_keys(self) -> dict[str, Any]:
        """The key set that verifies identity tokens (RFC 7517)."""
        key = self.key()
        public: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
        return {"keys": [{**public, "kid": _key_id(key), "use": "sig", "alg": "RS256"}]}

    def code_for(self, asked: Asked, plan_id: str, participant_id: str) -> str:
        """A code for a participant who signed in, good once and for a minute."""
        code = secrets.token_urlsafe(24)
        with self.lock:
            self.codes[code] = Grant(asked, plan_id, participant_id, time.time() + CODE_SECONDS)
        return code

    def tokens_for(self, form: dict[str, str], issuer: str) -> dict[str, Any] | None:
        """The answer to a code: access and identity token; None for a code, verifier or address that is not right."""
        with self.lock:
            grant = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if grant is None or grant.ends < time.time() or form.get("redirect_uri") != grant.asked.redirect_uri:
            return None
        if not secrets.compare_digest(challenge.encode(), grant.asked.challenge.encode()):
            return None
        now = int(time.time())
        access = secrets.token_urlsafe(24)
        with self.lock:
            self.tokens[access] = Grant(grant.asked, grant.plan_id, grant.participant_id, now + TOKEN_SECONDS)
        times = {"iat": now, "auth_time": now, "exp": now + TOKEN_SECONDS}
        nonce = {"nonce": grant.asked.nonce} if grant.asked.nonce else {}
        claims = {"iss": issuer, "aud": CLIENT_ID, **claims_of(grant), **times, **nonce}
        key = self.key()
        token = jwt.encode(claims, key, algorithm="RS256", headers={"kid": _key_id(key)})
        return {"access_token": access, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "id_token": token}

    def claims_for(self, authorization: str) -> dict[str, str] | None:
        """Whom an access token is for; None when it is unknown or has run out."""
        scheme, _, token = authorization.partition(" ")
        with self.lock:
            grant = self.tokens.get(token.strip()) if scheme.lower() == "bearer" else None
        return None if grant is None or grant.ends < time.time() else claims_of(grant)

    def is_client(self, client_id: str, secret: str) -> bool:
        """Whether a client's id and secret are the product's."""
        return client_id == CLIENT_ID and secrets.compare_digest(secret.encode(), self.secret.encode())


def read_request(values: dict[str, str]) -> Asked:
    """An authorization request; raises RequestRefusedError.

    The product's address is not known beforehand, so that every address on this machine is taken for it.
    """
    if values.get("client_id") != CLIENT_ID:
        message = f"client_id must be {CLIENT_ID}"
        raise RequestRefusedError(message)
    parts = urlsplit(values.get("redirect_uri", ""))
    if parts.scheme not in {"http", "https"} or parts.hostname not in _LOOPBACKS or parts.fragment:
        message = "redirect_uri must be an address on this machine"
        raise RequestRefusedError(message)
    wanted = {"response_type": "code", "code_challenge_method": "S256"}
    wrong = [name for name, value in wanted.items() if values.get(name) != value]
    if "openid" not in values.get("scope", "").split():
        wrong.append("scope")
    wrong += [name for name in ("code_challenge", "state") if not values.get(name)]
    if wrong:
        message = f"missing or not supported: {', '.join(wrong)}"
        raise RequestRefusedError(message)
    return Asked(values["redirect_uri"], values["state"], values["code_challenge"], values.get("nonce", ""))


def claims_of(grant: Grant) -> dict[str, str]:
    """Who signed in: the participant id as the subject, and the plan it is of."""
    return {"sub": grant.participant_id, "plan_id": grant.plan_id}


def _key_id(key: RSAPrivateKey) -> str:
    numbers = key.public_key().public_numbers()
    return hashlib.sha256(f"{numbers.n}:{numbers.e}".encode()).hexdigest()[:16]
