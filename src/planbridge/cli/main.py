"""The command line `planbridge`: every command, and how each ends."""

import sys

import click
import typer
from django.db import OperationalError, ProgrammingError

from planbridge.cli import connection, installation, participant, plan, runs, simulator, sync
from planbridge.cli.output import CommandFailed, Exit, one_line
from planbridge.recordkeepers.connector import ConnectorError
from planbridge.security.keys import KeysUnusable

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Planbridge keeps plans in step with the recordkeeper.")
app.add_typer(connection.app, name="connection")
app.add_typer(plan.app, name="plan")
app.add_typer(sync.app, name="sync")
app.command("runs")(runs.list_runs)
app.add_typer(runs.app, name="run")
app.add_typer(participant.app, name="participant")
app.add_typer(simulator.app, name="simulator")
app.command("demo")(installation.demo)
app.command("up")(installation.up)
app.command("worker")(installation.worker)
app.command("migrate")(installation.migrate)
app.command("doctor")(installation.doctor)


def run() -> int:
    """Run the command line; answers the exit code, with one line on standard error for what went wrong."""
    try:
        if installation.needs_schema(sys.argv[1:]):
            installation.make_schema_current()
        answer = app(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as help_shown:
        typer.echo(help_shown.format_message())
        return Exit.WRONG_USAGE
    except click.ClickException as error:
        return said(Exit.WRONG_USAGE, f"{error.format_message()} See planbridge --help.")
    except click.exceptions.Abort:
        return said(Exit.REFUSED, "Stopped.")
    except CommandFailed as error:
        return said(error.code, str(error))
    except ConnectorError as error:
        return said(Exit.MACHINE_BROKEN, f"{error.problem.code}: {error.problem.message}")
    except KeysUnusable as error:
        return said(Exit.MACHINE_BROKEN, str(error))
    except (OperationalError, ProgrammingError) as error:
        return said(Exit.MACHINE_BROKEN, f"The database cannot be used: {str(error).splitlines()[0]}. `planbridge doctor` looks for the cause.")
    return int(answer) if isinstance(answer, int) else Exit.DONE


def said(code: Exit, message: str) -> int:
    """Say one line on standard error."""
    sys.stderr.write(f"planbridge: {one_line(message)}\n")
    return int(code)
