"""`planbridge up`: the whole installation of one machine, until Ctrl-C."""

import time
from typing import Annotated

import typer
from django.conf import settings

from planbridge.cli.kept_process import LOOK_SECONDS, kept_web, kept_worker, wait_for_web
from planbridge.cli.output import JsonOption, Output, QuietOption
from planbridge.cli.processes import stop_processes
from planbridge.cli.schema import apply_migrations
from planbridge.cli.serve import PORT, PortOption, free_port, local_url
from planbridge.security.firm import only_firm
from planbridge.users.invitation import invitation_path
from planbridge.users.invite import invite_first_admin

ACTOR = "up"


def up(
    *,
    port: PortOption = PORT,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many workers.")] = 1,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Start the database (where DATABASE_URL names none), the portal and workers; Ctrl-C stops all. Example: planbridge up --workers 2."""
    applied = apply_migrations()
    url = local_url(free_port(port))
    web = kept_web(int(url.rpartition(":")[2]))
    kept = [web, *(kept_worker() for _ in range(workers))]
    try:
        for process in kept:
            process.look(time.monotonic())
        wait_for_web(url, web)
        place = "embedded" if settings.IS_DATABASE_EMBEDDED else "DATABASE_URL"
        pids = [process.process.pid for process in kept if process.process is not None]
        value = {
            "home": str(settings.PLANBRIDGE_HOME),
            "database": place,
            "migrations_applied": len(applied),
            "url": url,
            "first_admin": first_admin_link(url),
            "web": pids[0],
            "workers": pids[1:],
        }
        lines = [
            f"Planbridge is up: home {settings.PLANBRIDGE_HOME}, database {place}, workers {workers}.",
            f"The portal: {url}",
        ]
        if value["first_admin"]:
            lines.append(f"Its first Admin begins here (once, within 24 hours): {value['first_admin']}")
        lines.append("Ctrl-C stops it. In another terminal: planbridge connection add --help")
        Output(as_json, quiet).answer(value, lambda console: console.print("\n".join(lines), soft_wrap=True))
        while True:
            time.sleep(LOOK_SECONDS)
            for process in kept:
                process.look(time.monotonic())
    except KeyboardInterrupt:
        Output(as_json=False, is_quiet=quiet or as_json).answer(None, lambda console: console.print("Stopping."))
    finally:
        stop_processes(process.process for process in kept if process.process is not None)


def first_admin_link(url: str) -> str | None:
    """The one-time link for the first Admin; None when the firm has users."""
    token = invite_first_admin(only_firm(), actor=ACTOR)
    return token and f"{settings.PUBLIC_URL or url}{invitation_path(token)}"
