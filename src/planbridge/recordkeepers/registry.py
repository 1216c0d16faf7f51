"""Every kind of connection and the connector that reads it."""

from collections.abc import Callable

from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connector import Connector
from planbridge.recordkeepers.files import FilesConnector
from planbridge.recordkeepers.rest import RestConnector
from planbridge.security.credentials import unseal_credentials

CONNECTORS: dict[str, Callable[[Connection, dict[str, str]], Connector]] = {
    ConnectionKind.FILES: lambda connection, _: FilesConnector(connection),
    ConnectionKind.REST: RestConnector,
}


def connector_for(connection: Connection) -> Connector:
    """The connector of a connection, with its credentials opened."""
    return CONNECTORS[connection.kind](connection, unseal_credentials(connection.pk, connection.credentials_sealed))
