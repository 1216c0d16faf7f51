"""The product's own OpenID Connect client against the simulator as identity provider."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from planbridge.config.sign_in import oidc_providers
from planbridge.security.user import User
from tests.simulator_process import start_simulator

LOGIN = "/accounts/oidc/firm/login/"


@pytest.mark.django_db
def test_the_client_understands_the_simulator(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EN-1: discovery, code, PKCE and tokens of the simulator are understood, and a participant gets into no portal."""
    browser = Client(SERVER_NAME="127.0.0.1")
    with start_simulator(tmp_path, plans=1, people=2) as simulator:
        monkeypatch.setenv("PLANBRIDGE_OIDC_URL", simulator.url)
        monkeypatch.setenv("PLANBRIDGE_OIDC_CLIENT_ID", "planbridge-enrollment")
        monkeypatch.setenv("PLANBRIDGE_OIDC_CLIENT_SECRET", simulator.token)
        settings.SOCIALACCOUNT_PROVIDERS = oidc_providers()
        begun = browser.post(LOGIN)
        asked = dict(parse_qsl(urlsplit(begun.headers["Location"]).query))
        picked = {**asked, "plan_id": "910001", "participant_id": "910001-000001"}
        back = urlsplit(httpx.post(f"{simulator.url}/sign-in", data=picked).headers["Location"])
        assert back.path == f"{LOGIN}callback/"
        answer = browser.get(f"{back.path}?{back.query}")
    # The tokens were taken; what is missing is an address of somebody who was invited.
    assert answer.status_code == 403
    assert "did not say your e-mail address" in " ".join(answer.content.decode().split())
    assert not User.objects.exists()
