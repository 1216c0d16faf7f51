"""The command line `planbridge`: every command, and how each ends."""

import sys
from collections.abc import Sequence

import typer
from django.db import OperationalError, ProgrammingError
from django.utils.module_loading import import_string

from planbridge.cli.commands import COMMANDS, Needs, chosen_command
from planbridge.cli.output import CommandFailed, Exit, one_line
from planbridge.cli.schema import make_schema_current
from planbridge.security.keys import KeysUnusable

INTERRUPTED = 130  # as shells count a program that Ctrl-C ended
HELP = "Planbridge keeps plans in step with the recordkeeper. First steps: planbridge demo."


def run(arguments: Sequence[str], *, database_fault: str | None = None) -> int:
    """Run a command line; answers the exit code, with one line on standard error for what went wrong.

    `database_fault` says why the embedded database could not be started, for the command that examines it.
    """
    try:
        refuse_unreadable(arguments)
        if chosen_command(arguments).needs is Needs.TABLES:
            make_schema_current()
        answer = app_for(arguments)(list(arguments), standalone_mode=False, prog_name="planbridge", obj=database_fault)
    except typer.TyperException as error:
        complaint = error.format_message().strip().rstrip(".").replace("Value error, ", "")
        # A command without its arguments has shown its help instead, on standard output.
        return (
            said(Exit.WRONG_USAGE, f"{complaint}. See {command_words(arguments)} --help.")
            if complaint
            else Exit.WRONG_USAGE
        )
    except typer.Abort:
        return said(Exit.REFUSED, "Stopped; nothing was done.")
    except CommandFailed as error:
        return said(error.code, str(error))
    except KeysUnusable as error:
        return said(Exit.MACHINE_BROKEN, str(error))
    except (OperationalError, ProgrammingError) as error:
        cause = str(error).strip().splitlines()[0]
        message = f"The database cannot be used: {cause}. Check DATABASE_URL; planbridge doctor looks for the cause."
        return said(Exit.MACHINE_BROKEN, message)
    if answer == INTERRUPTED:
        return said(INTERRUPTED, "Stopped. What was asked for before is kept: planbridge runs shows it.")
    return int(answer) if isinstance(answer, int) else Exit.DONE


def app_for(arguments: Sequence[str]) -> typer.Typer:
    """The command line with the command it names, or with all when it names none: loading all takes long."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback(help=HELP)(nothing_before)
    named = [name for name in arguments[:1] if name in COMMANDS]
    for name in named or COMMANDS:
        command = COMMANDS[name]
        if command.is_group:
            app.add_typer(import_string(command.place), name=name)
        else:
            app.command(name)(import_string(command.place))
    return app


def nothing_before() -> None:
    """Options that stand before a command: none but --help."""


def refuse_unreadable(arguments: Sequence[str]) -> None:
    """Raises CommandFailed for bytes that are no text: no id or name has such."""
    for argument in arguments:
        if not argument.isprintable():
            message = f"This argument is not plain text: {argument[:80]!a}. Write it without control characters."
            raise CommandFailed(Exit.WRONG_USAGE, message)


def command_words(arguments: Sequence[str]) -> str:
    """The command that was meant, as it is written to ask for its help."""
    words = ["planbridge", *arguments[:2]] if arguments[:1] and arguments[0] in COMMANDS else ["planbridge"]
    if len(words) > 2 and (words[2].startswith("-") or not COMMANDS[words[1]].is_group):  # noqa: PLR2004 - group and command
        words.pop()
    return " ".join(words)


def said(code: int, message: str) -> int:
    """Say one line on standard error."""
    sys.stderr.write(f"planbridge: {one_line(message)}\n")
    return int(code)
