"""The simulator as identity provider: a participant signs in at the recordkeeper, a client learns who it is."""

import base64
import hashlib
import re
import secrets
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from tests.simulator_process import Simulator, start_simulator

CALLBACK = "http://127.0.0.1:9999/enroll/callback/?from=here"
CLIENT = "planbridge-enrollment"
VERIFIER = secrets.token_urlsafe(48)
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "client_id": CLIENT,
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "openid",
    "state": 'state "1"',
    "nonce": "nonce-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


class Forms(HTMLParser):
    """The forms of a page: method, hidden fields, and the words of the button."""

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.found: list[dict[str, Any]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a form, or take a hidden field into the one that is open."""
        values = dict(attrs)
        if tag == "form":
            self.found.append({"method": values["method"], "fields": {}})
        elif tag == "input" and values.get("type") == "hidden":
            self.found[-1]["fields"][values["name"]] = values["value"]


def configuration(simulator: Simulator) -> dict[str, Any]:
    """What discovery says."""
    found: dict[str, Any] = httpx.get(f"{simulator.url}/.well-known/openid-configuration").raise_for_status().json()
    return found


def code_for(simulator: Simulator, person: str, **changed: str) -> str:
    """Open the page as a browser does, search for a person, press their button; the code that comes back."""
    place = configuration(simulator)["authorization_endpoint"]
    searched = {**ASKED, **changed, "plan_id": person.partition("-")[0], "search": person}
    page = httpx.get(place, params=searched).raise_for_status()
    (button,) = [one for one in Forms(page.text).found if one["method"] == "post"]
    answer = httpx.post(place, data=button["fields"])
    assert answer.status_code == 303
    back = urlsplit(answer.headers["location"])
    values = parse_qs(back.query)
    assert answer.headers["location"].startswith(CALLBACK)
    assert values["state"] == [ASKED["state"]]
    return values["code"][0]


def exchange(simulator: Simulator, code: str, **changed: str) -> httpx.Response:
    """Ask for the tokens of a code as the client."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    place = configuration(simulator)["token_endpoint"]
    secret = changed.pop("secret", simulator.token)
    return httpx.post(place, data={**form, **changed}, auth=(CLIENT, secret))


def claims_in(simulator: Simulator, id_token: str) -> dict[str, Any]:
    """The claims of an identity token, verified by the published key."""
    found = configuration(simulator)
    key = jwt.PyJWKClient(found["jwks_uri"]).get_signing_key_from_jwt(id_token)
    return jwt.decode(id_token, key, algorithms=["RS256"], audience=CLIENT, issuer=found["issuer"])


def test_a_participant_signs_in(shared_simulator: Simulator) -> None:
    """EN-1: the identity token names participant and plan, answers the nonce, ends within minutes and is signed."""
    answer = exchange(shared_simulator, code_for(shared_simulator, "910002-000003")).raise_for_status()
    assert answer.headers["cache-control"] == "no-store"
    claims = claims_in(shared_simulator, answer.json()["id_token"])
    assert (claims["sub"], claims["plan_id"], claims["nonce"]) == ("910002-000003", "910002", "nonce-1")
    assert claims.keys() >= {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "plan_id"}
    assert 0 < claims["exp"] - time.time() <= 300
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    person = httpx.get(configuration(shared_simulator)["userinfo_endpoint"], headers=bearer).json()
    assert person == {"sub": "910002-000003", "plan_id": "910002"}
    assert httpx.get(configuration(shared_simulator)["userinfo_endpoint"]).status_code == 401


def test_a_code_is_good_once_and_for_its_client(shared_simulator: Simulator) -> None:
    """EN-1: a code is refused a second time, with another verifier, for another address, and to another client."""
    code = code_for(shared_simulator, "910001-000001")
    assert exchange(shared_simulator, code, secret="wrong").status_code == 401
    assert exchange(shared_simulator, code).status_code == 200
    assert exchange(shared_simulator, code).json() == {"error": "invalid_grant"}
    for changed in ({"code_verifier": "other"}, {"redirect_uri": "http://127.0.0.1/other"}):
        refused = exchange(shared_simulator, code_for(shared_simulator, "910001-000001"), **changed)
        assert refused.status_code == 400
    form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": shared_simulator.token}
    answer = httpx.post(configuration(shared_simulator)["token_endpoint"], data=form)
    assert answer.json() == {"error": "unsupported_grant_type"}


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "somebody"},
        {"redirect_uri": "https://elsewhere.test/"},
        {"redirect_uri": "javascript://127.0.0.1/"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
        {"scope": "email"},
        {"state": ""},
    ],
)
def test_other_requests_are_refused(shared_simulator: Simulator, changed: dict[str, str]) -> None:
    """EN-1: another client, an address elsewhere, and anything but a code with PKCE are refused on the page itself."""
    place = configuration(shared_simulator)["authorization_endpoint"]
    answer = httpx.get(place, params={**ASKED, **changed})
    assert answer.status_code == 400
    assert "cannot go on" in answer.text
    posted = httpx.post(place, data={**ASKED, "plan_id": "910001", "participant_id": "910001-000001", **changed})
    assert posted.status_code == 400


def test_the_page_finds_people(shared_simulator: Simulator) -> None:
    """EN-1: the page lists a plan's people with a button each, finds them by a part of name or id, and says when none."""
    place = configuration(shared_simulator)["authorization_endpoint"]
    person = shared_simulator.people("910002")[0]
    page = httpx.get(place, params={**ASKED, "plan_id": "910002", "search": person["last_name"].lower()}).text
    assert person["participant_id"] in page
    assert re.search(r"<option selected>910002</option>", page)
    assert "Nobody of this plan" in httpx.get(place, params={**ASKED, "search": "<x>"}).text
    assert httpx.get(place, params={**ASKED, "plan_id": "none"}).status_code == 400
    nobody = {**ASKED, "plan_id": "910002", "participant_id": "910001-000001"}
    assert httpx.post(place, data=nobody).status_code == 400
    other_site = {"Origin": "https://elsewhere.test"}
    assert httpx.post(place, data={**nobody, "participant_id": "910002-000001"}, headers=other_site).status_code == 403


def test_the_key_stays(tmp_path: Path) -> None:
    """EN-1: the key is kept in the store, so that tokens are verified after a restart."""
    with start_simulator(tmp_path, plans=1, people=2) as simulator:
        before = httpx.get(configuration(simulator)["jwks_uri"]).json()
    with start_simulator(tmp_path, plans=1, people=2) as simulator:
        after = httpx.get(configuration(simulator)["jwks_uri"]).json()
    assert before == after
    assert set(before["keys"][0]) >= {"kid", "n", "e"}
    assert "d" not in before["keys"][0]
