"""An identity token is believed only when all of it holds."""

import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

from planbridge.enrollment.oidc import Begun, Client, SignedIn, SignInFailed, endpoint, read_token

KEY, OTHER_KEY = (generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
KEYS = {"keys": [{**RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": "one", "alg": "RS256", "use": "sig"}]}
CLIENT = Client(
    "https://login.example.test", "planbridge", "s3cret", "https://plans.example.test/enroll/sign-in/answer/"
)
BEGUN = Begun(1, "state", "nonce", "verifier")


def token(*, key: Any = KEY, algorithm: str = "RS256", kid: str = "one", **claims: Any) -> str:
    """A token with other claims than a good one; None takes a claim out."""
    now = int(time.time())
    good = {
        "iss": CLIENT.issuer,
        "aud": CLIENT.client_id,
        "sub": "P-0001",
        "plan_id": "900100",
        "nonce": "nonce",
        "iat": now,
        "exp": now + 300,
    }
    said = {name: value for name, value in (good | claims).items() if value is not None}
    return jwt.encode(said, key, algorithm=algorithm, headers={"kid": kid})


def test_a_good_token_is_believed() -> None:
    """EN-1: signature, issuer, audience, times and nonce hold: the token says who of which plan it is."""
    assert read_token(CLIENT, BEGUN, token(), KEYS) == SignedIn("P-0001", "900100")
    assert read_token(CLIENT, BEGUN, token(aud=["planbridge", "b"], azp="planbridge"), KEYS).participant_id == "P-0001"


@pytest.mark.parametrize(
    "bad",
    [
        {"key": OTHER_KEY},
        {"key": "", "algorithm": "none"},
        {"key": "s3cret-s3cret-s3cret-s3cret-s3cret", "algorithm": "HS256"},
        {"algorithm": "PS256"},
        {"kid": "two"},
        {"iss": "https://elsewhere.example.test"},
        {"aud": "somebody-else"},
        {"aud": ["planbridge", "b"]},
        {"azp": "b"},
        {"exp": int(time.time()) - 120},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": ""},
        {"sub": None},
        {"plan_id": None},
        {"plan_id": 900100},
        {"sub": "P\x00"},
    ],
    ids="-".join,  # not the values: times differ between the processes that collect the tests
)
def test_a_bad_token_is_not(bad: dict[str, Any]) -> None:
    """EN-1: one thing that does not hold, and nobody gets in."""
    with pytest.raises(SignInFailed):
        read_token(CLIENT, BEGUN, token(**bad), KEYS)


@pytest.mark.parametrize("text", ["", "x", "a.b.c"])
def test_what_is_no_token_is_not(text: str) -> None:
    """EN-1: what is no token at all lets nobody in."""
    with pytest.raises(SignInFailed):
        read_token(CLIENT, BEGUN, text, KEYS)


def test_addresses_are_https() -> None:
    """EN-1: the provider's addresses are https, or of this machine."""
    said = {
        "a": "https://login.example.test/t",
        "b": "http://127.0.0.1:1/t",
        "c": "http://login.example.test/t",
        "d": "x",
    }
    assert [endpoint(said, name) for name in "ab"] == [said["a"], said["b"]]
    for name in "cde":
        with pytest.raises(SignInFailed):
            endpoint(said, name)
