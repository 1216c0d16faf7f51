"""A mail server that delivers nothing: it takes every mail on loopback and keeps the latest, to be looked at."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

_MAILS_MAX = 200
_BYTES_MAX = 20 * 1024 * 1024
_ANSWERS = {
    "EHLO": "250 simulator",
    "HELO": "250 simulator",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "RSET": "250 OK",
    "NOOP": "250 OK",
    "QUIT": "221 Bye",
}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it came; `number` counts them from 1."""

    number: int
    arrived_at: datetime
    sender: str
    to: str
    subject: str
    text: str
    attached: tuple[Attached, ...]


class MailSink:
    """The mails that came, the latest 200 of them."""

    def __init__(self) -> None:
        self._mails: deque[Mail] = deque(maxlen=_MAILS_MAX)
        self._taken = 0

    def listed(self) -> list[Mail]:
        """Return the mails, newest first."""
        return list(reversed(self._mails))

    def find(self, number: int) -> Mail | None:
        """Return the mail of a number, or None when there is none any more."""
        return next((mail for mail in self._mails if mail.number == number), None)

    def take(self, content: bytes) -> None:
        """Keep a mail."""
        self._taken += 1
        self._mails.append(_mail_of(self._taken, content))

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak SMTP with one client until it leaves."""
        try:
            await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            # A client that breaks off, or sends lines without end, loses its connection and nothing else.
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _say(writer, "220 simulator keeps mails and delivers none")
        while line := await reader.readline():
            command = line[:4].decode("ascii", "replace").upper().strip()
            if command == "DATA":
                await _say(writer, "354 Go on")
                self.take(await _content(reader))
                await _say(writer, "250 OK")
                continue
            await _say(writer, _ANSWERS.get(command, "502 Not here"))
            if command == "QUIT":
                break
        writer.close()


async def _say(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(f"{line}\r\n".encode())
    await writer.drain()


async def _content(reader: asyncio.StreamReader) -> bytes:
    """Return a mail up to its lonely dot; raises ValueError for one that is too long."""
    lines: list[bytes] = []
    length = 0
    while (line := await reader.readline()) not in {b".\r\n", b""}:
        lines.append(line[1:] if line.startswith(b"..") else line)
        length += len(line)
        if length > _BYTES_MAX:
            raise ValueError(length)
    return b"".join(lines)


def _mail_of(number: int, content: bytes) -> Mail:
    message = message_from_bytes(content, policy=policy.default)
    body = message.get_body(("plain", "html")) if isinstance(message, EmailMessage) else None
    return Mail(
        number=number,
        arrived_at=datetime.now(UTC),
        sender=str(message.get("From", "")),
        to=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        text=str(body.get_content()) if body else "",
        attached=tuple(_attached(message)) if isinstance(message, EmailMessage) else (),
    )


def _attached(message: EmailMessage) -> list[Attached]:
    found = []
    for part in message.iter_attachments():
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        found.append(Attached(part.get_filename() or "attachment", part.get_content_type(), content))
    return found
