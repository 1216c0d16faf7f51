"""The entry point of the command line: finds or starts the database, sets Django up, hands over to the commands."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

import django
from django.utils.module_loading import import_string

from planbridge.cli.commands import Needs, chosen_command
from planbridge.config import env
from planbridge.config.embedded_postgres import EmbeddedPostgresError, attach, release

DONE = 0
MACHINE_BROKEN = 5
INTERRUPTED = 130
# A closed terminal must stop what it started, as Ctrl-C does. Shells start background jobs with SIGINT ignored.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Run one command and exit with its code."""
    for number in STOP_SIGNALS:
        signal.signal(number, stop_on_signal)
    try:
        with ExitStack() as ending:
            code = run_command(sys.argv[1:], ending)
    except (EmbeddedPostgresError, SettingsUnusable) as error:
        sys.stderr.write(f"planbridge: {error}\n")
        code = MACHINE_BROKEN
    except BrokenPipeError:
        # The reader (head, less) has seen enough; Python would complain at its own end once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)


def run_command(arguments: list[str], ending: ExitStack) -> int:
    """Prepare what a command needs, then run it; `ending` undoes the preparations whatever happens."""
    command = chosen_command(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planbridge.config.settings")
    if command.has_passing_home:
        ending.enter_context(passing_home())
    fault = None
    if command.needs is not Needs.NOTHING and not env.DATABASE_URL.read():
        try:
            ending.enter_context(embedded_server())
        except EmbeddedPostgresError as error:
            if not command.examines_database:
                raise
            fault = str(error)
    ending.callback(let_nothing_interrupt)
    set_django_up()
    code: int = import_string("planbridge.cli.main.run")(arguments, database_fault=fault)
    sys.stdout.flush()
    return code


class SettingsUnusable(Exception):  # noqa: N818 - named by what is wrong
    """The environment or the home folder keeps Planbridge from beginning; one line says what to do."""


def stop_on_signal(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
    """Leave as Ctrl-C does, so that the database is let go of."""
    raise KeyboardInterrupt


def let_nothing_interrupt() -> None:
    """Ignore signals from here on: a second Ctrl-C must not leave the server or the passing folder behind."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def passing_home() -> Iterator[None]:
    """A home folder that goes at the end; an outside database is left alone."""
    with tempfile.TemporaryDirectory(prefix="planbridge-demo-", ignore_cleanup_errors=True) as folder:
        os.environ[env.HOME.name] = folder
        os.environ.pop(env.DATABASE_URL.name, None)
        yield


@contextmanager
def embedded_server() -> Iterator[None]:
    """The embedded server of the home folder; started when it does not run, stopped by the last to leave."""
    try:
        folder = env.home_folder()
    except OSError as error:
        raise SettingsUnusable(home_complaint(error)) from error
    server = attach(folder / "postgres")
    try:
        os.environ[env.DATABASE_URL.name] = server.url
        os.environ[env.EMBEDDED.name] = str(server.data_directory)
        yield
    finally:
        close_connections()
        release(server)


def set_django_up() -> None:
    """Read the settings and load the models; raises SettingsUnusable."""
    try:
        django.setup()
    except ValueError as error:
        raise SettingsUnusable(str(error)) from error
    except OSError as error:
        raise SettingsUnusable(home_complaint(error)) from error


def home_complaint(error: OSError) -> str:
    """What is wrong with the home folder, and what to do."""
    return (
        f"Cannot use the home folder {error.filename}: {error.strerror}; set PLANBRIDGE_HOME to a folder of your own."
    )


def close_connections() -> None:
    """Close this process's database connections before the server is let go of."""
    import_string("django.db.connections").close_all()


if __name__ == "__main__":
    main()
