"""The commands by their first word: where each stands and what it needs, so that only the chosen one is loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto


class Needs(Enum):
    """What has to be there before a command begins."""

    NOTHING = auto()
    DATABASE = auto()  # which it brings up to date itself, or asks about its state
    TABLES = auto()


@dataclass(frozen=True)
class Command:
    """A command (or group of commands) of the command line."""

    place: str
    needs: Needs
    is_group: bool = False
    # Its database, keys and files lie in a folder that goes when it ends.
    has_passing_home: bool = False
    # It looks for what is broken, so it begins even when the database does not.
    examines_database: bool = False


COMMANDS = {
    "demo": Command("planbridge.cli.demo.demo", Needs.TABLES, has_passing_home=True),
    "up": Command("planbridge.cli.up.up", Needs.DATABASE),
    "doctor": Command("planbridge.cli.doctor.doctor", Needs.DATABASE, examines_database=True),
    "connection": Command("planbridge.cli.connection.app", Needs.TABLES, is_group=True),
    "plan": Command("planbridge.cli.plan.app", Needs.TABLES, is_group=True),
    "sync": Command("planbridge.cli.sync.app", Needs.TABLES, is_group=True),
    "runs": Command("planbridge.cli.runs.list_runs", Needs.TABLES),
    "run": Command("planbridge.cli.runs.app", Needs.TABLES, is_group=True),
    "participant": Command("planbridge.cli.participant.app", Needs.TABLES, is_group=True),
    "submission": Command("planbridge.cli.submission.app", Needs.TABLES, is_group=True),
    "schedule": Command("planbridge.cli.schedule.app", Needs.TABLES, is_group=True),
    "user": Command("planbridge.cli.user.app", Needs.TABLES, is_group=True),
    "profile": Command("planbridge.cli.profile.app", Needs.NOTHING, is_group=True),
    "serve": Command("planbridge.cli.serve.serve", Needs.TABLES),
    "worker": Command("planbridge.cli.worker.worker", Needs.TABLES),
    "migrate": Command("planbridge.cli.migrate.migrate", Needs.DATABASE),
    "backup": Command("planbridge.cli.backup.backup", Needs.DATABASE),
    "restore": Command("planbridge.cli.restore.restore", Needs.DATABASE),
    "simulator": Command("planbridge.cli.simulator.app", Needs.NOTHING, is_group=True),
}
NO_COMMAND = Command("", Needs.NOTHING)


def chosen_command(arguments: Sequence[str]) -> Command:
    """The command that a command line names first; NO_COMMAND for none, an unknown one, or a call for help."""
    if not arguments or "--help" in arguments:
        return NO_COMMAND
    return COMMANDS.get(arguments[0], NO_COMMAND)
