"""A recordkeeper that owes nothing to Planbridge: the plainest HTTP server, answers written out by each test."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.rest import RestConnector


@dataclass(frozen=True)
class Asked:
    """One request: method, path, query and headers (names in lower case)."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Answer:
    """One answer; a `length` beyond the body's makes it a truncated one."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None


@dataclass
class IndependentRecordkeeper:
    """A running recordkeeper: its address, and the requests it got."""

    url: str
    asked: list[Asked]

    def connector(self, credentials: dict[str, str] | None = None, **settings: object) -> RestConnector:
        """A connector to it that waits little; `settings` are added to the connection's."""
        quick = {"url": self.url, "backoff_seconds": 0.01, "timeout_seconds": 5, **settings}
        return RestConnector(
            Connection(name="independent", kind="rest", settings=quick), credentials or {"token": "key"}
        )

    def paths(self) -> list[str]:
        """The paths asked for."""
        return [asked.path for asked in self.asked]


@contextmanager
def recordkeeper_that(answers: Callable[[Asked], Answer]) -> Iterator[IndependentRecordkeeper]:
    """Run a recordkeeper on a free loopback port that answers each request as the function says."""
    received: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", "0"))).decode()
            asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
            received.append(asked)
            answer = answers(asked)
            content = answer.body.encode()
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content) if answer.length is None else answer.length))
            self.end_headers()
            self.wfile.write(content)
            if answer.length is not None:
                self.close_connection = True

        do_POST = do_GET  # noqa: N815 - the name http.server calls

        def log_message(self, *_arguments: object) -> None:
            """Say nothing: what the tests want to know stands in `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield IndependentRecordkeeper(f"http://127.0.0.1:{server.server_port}", received)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
