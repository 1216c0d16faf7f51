"""`planbridge serve`: the web server of the Advisor Portal, until it is stopped."""

import hashlib
import multiprocessing
import socket
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from granian.constants import HTTPModes, Interfaces
from granian.server import Server

from planbridge.cli.output import CommandFailed, Exit, JsonOption, Output, QuietOption

APPLICATION = "planbridge.config.wsgi:application"
HOST, PORT = "127.0.0.1", 8000
# Requests that go on when the server is asked to stop get this long.
STOP_SECONDS = 10

PortOption = Annotated[int, typer.Option(min=0, max=65535, help="The portal's port; 0 picks a free one.")]


def serve(
    *,
    host: Annotated[str, typer.Option(help="The address to listen at; 0.0.0.0 for all of this machine.")] = HOST,
    port: PortOption = PORT,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Web processes; as many as processors, at most 4, by itself.")
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Serve the portal until Ctrl-C; run as many on as many machines as you like. Example: planbridge serve --port 8000."""
    chosen = free_port(port, host)
    gather_static_files(settings.STATIC_ROOT)
    processes = workers or settings.WEB_PROCESSES
    value = {"url": local_url(chosen, host), "workers": processes}
    Output(as_json, quiet).answer(
        value, lambda console: console.print(f"The portal is at {value['url']}. Ctrl-C stops it.")
    )
    # Each process reads the settings anew, as a web process; a forked one would go on with those of a command.
    multiprocessing.set_start_method("spawn", force=True)
    Server(
        APPLICATION,
        address=host,
        port=chosen,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=processes,
        blocking_threads=settings.WEB_THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_enabled=False,
    ).serve()


def local_url(port: int, host: str = HOST) -> str:
    """The portal's address on this machine, by name where it listens to this machine alone: passkeys need a name."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{'localhost' if host == HOST else name}:{port}"


def free_port(port: int, host: str = HOST) -> int:
    """The port if nobody listens there (0: any free one); raises CommandFailed naming the option."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"Port {port} of {host} cannot be used ({error.strerror}); choose another --port."
            raise CommandFailed(Exit.MACHINE_BROKEN, message) from error
        number: int = probe.getsockname()[1]
    return number


def gather_static_files(folder: Path) -> None:
    """Put the files that pages load where the server takes them from, compressed, under names that change with them.

    Done again only when one of them is another than last time.
    """
    stamp, wanted = folder / "gathered", static_files_state()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    storages = settings.STORAGES
    settings.STORAGES = storages | {"staticfiles": {"BACKEND": settings.STATICFILES_STORAGE_WEB}}
    try:
        call_command("collectstatic", interactive=False, verbosity=0, clear=folder.exists())
    finally:
        settings.STORAGES = storages
    stamp.write_text(wanted)


def static_files_state() -> str:
    """A digest of names, sizes and times of all files that pages load."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            digest.update(f"{name} {storage.size(name)} {storage.get_modified_time(name)}\n".encode())
    return digest.hexdigest()
