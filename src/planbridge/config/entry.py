"""The entry point of the command line: finds or starts the database, sets Django up, hands over to the commands."""

import os
import signal
import sys
from types import FrameType

import django
from django.utils.module_loading import import_string

from planbridge.config import env
from planbridge.config.embedded_postgres import EmbeddedPostgresError, EmbeddedServer, attach, release

MACHINE_BROKEN = 5
# What says nothing of this installation needs no database.
NEEDS_NO_DATABASE = {"simulator"}
OPTIONS_WITHOUT_DATABASE = {"--help", "-h", "--version", "--show-completion", "--install-completion"}


def needs_database(arguments: list[str]) -> bool:
    """Whether a command line will need the database."""
    if not arguments or OPTIONS_WITHOUT_DATABASE & set(arguments):
        return False
    words = [argument for argument in arguments if not argument.startswith("-")]
    return bool(words) and words[0] not in NEEDS_NO_DATABASE


def stop_on_signal(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
    """Leave as Ctrl-C does, so that the database is let go of."""
    raise KeyboardInterrupt


def main() -> None:
    """Run one command and exit with its code."""
    signal.signal(signal.SIGTERM, stop_on_signal)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planbridge.config.settings")
    server: EmbeddedServer | None = None
    try:
        if needs_database(sys.argv[1:]) and not env.DATABASE_URL.read():
            server = attach(env.home_folder() / "postgres")
            os.environ[env.DATABASE_URL.name] = server.url
            os.environ[env.EMBEDDED.name] = str(server.data_directory)
        django.setup()
        code = import_string("planbridge.cli.main.run")()
    except EmbeddedPostgresError as error:
        sys.stderr.write(f"{error}\n")
        code = MACHINE_BROKEN
    except KeyboardInterrupt:
        code = 130
    finally:
        if server is not None:
            close_connections()
            release(server)
    sys.exit(code)


def close_connections() -> None:
    """Close this process's database connections before the server is let go of."""
    import_string("django.db.connections").close_all()


if __name__ == "__main__":
    main()
