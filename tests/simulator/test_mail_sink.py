"""The simulator's mail server: it keeps what it takes, and its page shows it."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from tests.simulator_process import Simulator, start_simulator


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    """A small simulator."""
    with start_simulator(tmp_path, plans=1, people=2) as running:
        yield running


def send(simulator: Simulator, subject: str, text: str) -> None:
    """Send a mail with a file, as a mail program does."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "planbridge@example.test", "ada@example.test", subject
    mail.set_content(text)
    mail.add_attachment(b"%PDF-1.4 report", maintype="application", subtype="pdf", filename="report.pdf")
    with smtplib.SMTP("127.0.0.1", int(simulator.mail.rpartition(":")[2]), timeout=10) as server:
        server.send_message(mail)


def test_mails_are_kept_and_shown(simulator: Simulator) -> None:
    """SB-4: a mail that was sent is on the page with its words and its file, and nothing of it is read as markup."""
    send(simulator, "Your rate <b>now</b>", "Hello Ada,\n.\nyour new rate is 8 % <script>")
    (mail,) = simulator.get("/admin/mails").json()["mails"]
    assert (mail["to"], mail["files"]) == ("ada@example.test", ["report.pdf"])
    assert ".\nyour new rate" in mail["text"].replace("\r", "")
    page = httpx.get(f"{simulator.url}/mails").text
    assert "Your rate &lt;b&gt;now&lt;/b&gt;" in page
    one = httpx.get(f"{simulator.url}/mails/1")
    assert "8 % &lt;script&gt;" in one.text
    assert httpx.get(f"{simulator.url}/mails/1/files/0").content == b"%PDF-1.4 report"
    assert httpx.get(f"{simulator.url}/mails/2").status_code == 404


def test_mails_are_for_this_machine(simulator: Simulator) -> None:
    """RK-6: pages of mails answer nobody who comes under another name than this machine's."""
    send(simulator, "Secret", "Hello")
    for path in ("/mails", "/mails/1", "/mails/1/files/0", "/admin/mails"):
        assert httpx.get(f"{simulator.url}{path}", headers={"Host": "evil.example.test"}).status_code == 403
