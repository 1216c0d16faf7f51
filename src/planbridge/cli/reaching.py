"""Asks a recordkeeper while a command runs; a broken machine there ends the command with one line."""

from collections.abc import Iterator
from contextlib import contextmanager

from planbridge.activity.problem_catalogue import CATALOGUE
from planbridge.cli.output import CommandFailed, Exit
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import Connector, ConnectorError
from planbridge.recordkeepers.registry import connector_for


@contextmanager
def reach(connection: Connection) -> Iterator[Connector]:
    """The connector of a connection; its errors end the command with what to do."""
    try:
        yield connector_for(connection)
    except ConnectorError as error:
        problem = error.problem
        message = f"Connection {connection.name}: {problem.code}: {problem.message} {CATALOGUE[problem.code].fix}"
        raise CommandFailed(Exit.MACHINE_BROKEN, message) from error
