"""Test connection says exactly what failed."""

import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import FixSettings
from planbridge.recordkeepers.rest import RestConnector
from tests.recordkeepers.independent_recordkeeper import Answer, Asked, recordkeeper_that

LIST = Answer('{"plans": [{"plan_id": "900", "name": "A"}], "next": null}')


def test_sound_connection_passes_every_step() -> None:
    """RK-1: Name, tls, credentials, permission and contract pass, in this order."""
    with recordkeeper_that(lambda asked: LIST if asked.path == "/v1/plans" else Answer('{"plan_id": "900"}')) as sound:
        checks = list(sound.connector().test())
    assert [check.step for check in checks] == ["name", "tls", "credentials", "permission", "contract"]
    assert all(check.passed for check in checks)


@pytest.mark.parametrize(
    ("answer", "step"),
    [
        (Answer(status=401), "credentials"),
        (Answer(status=403), "permission"),
        (Answer(status=404), "contract"),
        (Answer('{"plan_list": []}'), "contract"),
        (Answer("<html>"), "contract"),
    ],
)
def test_first_failing_step_is_the_last(answer: Answer, step: str) -> None:
    """RK-1: The step that fails is named, and no other follows it."""
    with recordkeeper_that(lambda _: answer) as recordkeeper:
        checks = list(recordkeeper.connector().test())
    assert [check.step for check in checks if not check.passed] == [step]
    assert checks[-1].step == step
    assert checks[-1].said


def test_document_that_breaks_the_contract_fails_it() -> None:
    """RK-1: The list may be right and a plan document wrong: the contract step says which plan."""

    def answers(asked: Asked) -> Answer:
        return LIST if asked.path == "/v1/plans" else Answer("[]")

    with recordkeeper_that(answers) as recordkeeper:
        last = list(recordkeeper.connector().test())[-1]
    assert (last.step, last.passed, "900" in last.said) == ("contract", False, True)


def test_unknown_host_name_fails_the_first_step() -> None:
    """RK-1: A host name that nobody knows fails the step name."""
    settings = {"url": "https://recordkeeper.invalid"}
    checks = list(RestConnector(Connection(name="x", kind="rest", settings=settings), {"token": "key"}).test())
    assert [(check.step, check.passed) for check in checks] == [("name", False)]


def test_certificate_of_nobody_is_refused(tmp_path: Path) -> None:
    """RK-1: A certificate that no authority signed is RK_CERTIFICATE, and Test connection stops at tls."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1)
    )
    chain = tmp_path / "chain.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(private + signed.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        settings = {"url": f"https://localhost:{server.server_port}"}
        connector = RestConnector(Connection(name="x", kind="rest", settings=settings), {"token": "key"})
        last = list(connector.test())[-1]
        with pytest.raises(FixSettings) as raised:
            list(connector.list_plans())
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert (last.step, last.passed) == ("tls", False)
    assert raised.value.problem.code == "RK_CERTIFICATE"
