"""A mail server on this machine for tests: speaks SMTP, keeps what it takes, and refuses what it is told to refuse."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event, Thread

ACCEPTED = "250 OK"


@dataclass
class MailSink:
    """Mails taken, in order. `replies_to_data` are said one after the other to mails, then each is accepted."""

    mails: list[EmailMessage] = field(default_factory=list)
    replies_to_data: list[str] = field(default_factory=list)
    refused_recipients: dict[str, str] = field(default_factory=dict)  # address: reply
    reply_to_sign_in: str = "235 OK"
    connections: int = 0
    was_taken: Event = field(default_factory=Event)
    go_on: Event | None = None  # where set, a mail is taken, and answered once this says so
    port: int = 0

    def take(self, content: bytes) -> str:
        """Take a mail, or say why not."""
        reply = self.replies_to_data.pop(0) if self.replies_to_data else ACCEPTED
        if reply == ACCEPTED:
            parsed = message_from_bytes(content, policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            self.mails.append(parsed)
            self.was_taken.set()
            if self.go_on is not None:
                self.go_on.wait(20)
        return reply


class Conversation(socketserver.StreamRequestHandler):
    """One connection of a mail program."""

    sink: MailSink

    def say(self, line: str) -> None:
        """Send a line; nobody may be there any more."""
        try:
            self.wfile.write(f"{line}\r\n".encode())
        except OSError:
            self.close_connection = True

    def handle(self) -> None:
        """Speak SMTP until QUIT."""
        self.close_connection = False
        self.sink.connections += 1
        self.say("220 sink.example.test ESMTP")
        while not self.close_connection:
            words = self.rfile.readline().decode().strip()
            command = words[:4].upper()
            if command in {"QUIT", ""}:
                self.say("221 Bye")
                return
            if command == "DATA":
                self.say("354 Go on")
                self.say(self.sink.take(self.content()))
            elif command == "RCPT":
                address = words.partition("<")[2].partition(">")[0]
                self.say(self.sink.refused_recipients.get(address, ACCEPTED))
            elif command == "EHLO":
                self.say("250-sink.example.test")
                self.say("250 AUTH PLAIN")
            elif command == "AUTH":
                self.say(self.sink.reply_to_sign_in)
            else:
                self.say(ACCEPTED)

    def content(self) -> bytes:
        """The mail up to its lonely dot."""
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)


class Server(socketserver.ThreadingTCPServer):
    """The sink's server; its threads end with it."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextmanager
def mail_sink() -> Iterator[MailSink]:
    """A mail server on a free port of this machine, until the block ends."""
    sink = MailSink()
    with Server(("127.0.0.1", 0), type("SinkConversation", (Conversation,), {"sink": sink})) as server:
        sink.port = int(server.server_address[1])
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            if sink.go_on is not None:
                sink.go_on.set()
            server.shutdown()
            thread.join()
