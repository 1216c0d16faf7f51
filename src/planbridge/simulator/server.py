"""Runs the simulator: one application of all faces on one loopback port, until it is told to stop."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from typing import NoReturn

from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette

from planbridge.simulator.admin_face import AdminFace, admin_routes
from planbridge.simulator.books import Books
from planbridge.simulator.faults import Faults
from planbridge.simulator.mail_page import mail_routes
from planbridge.simulator.mail_sink import MailSink
from planbridge.simulator.page import page_routes
from planbridge.simulator.recordkeeper import Recordkeeper
from planbridge.simulator.rest_face import RestFace, rest_routes
from planbridge.simulator.sign_in import SignIn
from planbridge.simulator.sign_in_face import sign_in_routes

LOOPBACK = "127.0.0.1"
# Requests that a fault holds open on purpose must not hold the process.
_STOP_SECONDS = 0.5
_POLL_SECONDS = 0.02


def make_application(keeper: Recordkeeper, token: str, sink: MailSink) -> Starlette:
    """Return the application of all faces over one recordkeeper, with the mails of a sink."""
    faults = Faults()
    admin = AdminFace(keeper, faults, Books(keeper))
    routes = [
        *rest_routes(RestFace(keeper, faults, token)),
        *admin_routes(admin),
        *page_routes(admin),
        *sign_in_routes(keeper, SignIn(keeper.store, token)),
        *mail_routes(sink),
    ]
    return Starlette(routes=routes)


def claim_port(port: int) -> int:
    """Return the port, or a free one for 0; raises OSError when somebody listens on it.

    The server itself would share a taken port without a word, and each would get half of the requests.
    """
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((LOOPBACK, port))
        claimed: int = probe.getsockname()[1]
    return claimed


def serve(application: Starlette, port: int, sink: MailSink, on_ready: Callable[[int], None]) -> None:
    """Serve on loopback until SIGINT or SIGTERM; calls `on_ready` with the mails' port once connections are taken.

    Raises what the server raised when it could not begin, for example because the port is taken.
    """
    asyncio.run(_serve(application, port, sink, on_ready))


def end_process() -> NoReturn:
    """End the process at once, after `serve`, without waiting for requests that a fault still holds open."""
    sys.stdout.flush()
    sys.stderr.flush()
    # The server's runtime would wait for those requests; all that matters is already committed.
    os._exit(0)


async def _serve(application: Starlette, port: int, sink: MailSink, on_ready: Callable[[int], None]) -> None:
    server = Server(
        application, address=LOOPBACK, port=port, interface=Interfaces.ASGI, websockets=False, log_enabled=False
    )
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    serving = asyncio.create_task(server.serve())
    await _wait_until_open(port, serving)
    if serving.done():
        serving.result()
        return
    mails = await asyncio.start_server(sink.converse, LOOPBACK, 0)
    on_ready(mails.sockets[0].getsockname()[1])
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    mails.close()
    server.stop()  # type: ignore[no-untyped-call]  # granian leaves this one method untyped
    await asyncio.wait({serving}, timeout=_STOP_SECONDS)


async def _wait_until_open(port: int, serving: "asyncio.Task[None]") -> None:
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, port)
        except OSError:
            await asyncio.sleep(_POLL_SECONDS)
        else:
            writer.close()
            return
