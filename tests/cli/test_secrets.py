"""Secrets: taken from the environment, sealed, and shown nowhere."""

import pytest

from tests.cli.conftest import Planbridge

SECRET = "s3cret-key-of-the-test"
pytestmark = pytest.mark.django_db


def test_a_token_is_taken_from_the_environment(planbridge: Planbridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token of a connection comes from the named variable and stands in no answer."""
    monkeypatch.setenv("RK_TOKEN", SECRET)
    add = ("connection", "add", "rk", "--kind", "rest", "--url", "http://127.0.0.1:9", "--token-env")
    answers = [
        planbridge(*add, "RK_TOKEN", "--json"),
        planbridge("connection", "list", "--json"),
        planbridge("connection", "test", "rk", "--json"),
    ]
    assert answers[0].code == 0
    assert answers[1].value[0]["has_credentials"] is True
    assert SECRET not in str(answers)


def test_an_empty_variable_is_said(planbridge: Planbridge) -> None:
    """A variable that is not set is wrong usage that names it; a secret in the address is refused."""
    add = ("connection", "add", "rk", "--kind", "rest", "--url")
    missing = planbridge(*add, "http://127.0.0.1:9", "--token-env", "RK_NOWHERE")
    assert (missing.code, "RK_NOWHERE" in missing.err) == (2, True)
    refused = planbridge(*add, f"http://user:{SECRET}@127.0.0.1:9")
    assert refused.code == 4
    assert SECRET not in refused.err
    assert planbridge(*add, "http://127.0.0.1:9").code == 4
