"""Every kind of connection: the connector that reads it, and the carrier of submissions that writes to it."""

from collections.abc import Callable

from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connector import Connector
from planbridge.recordkeepers.files import FilesConnector
from planbridge.recordkeepers.rest import RestConnector
from planbridge.recordkeepers.rest_submissions import RestCarrier
from planbridge.recordkeepers.sql import SqlConnector
from planbridge.recordkeepers.sql_submissions import NoCarrier
from planbridge.recordkeepers.submission_carrier import SubmissionCarrier
from planbridge.recordkeepers.submission_folder import FolderCarrier
from planbridge.security.credentials import unseal_credentials

CONNECTORS: dict[str, Callable[[Connection, dict[str, str]], Connector]] = {
    ConnectionKind.FILES: lambda connection, _: FilesConnector(connection),
    ConnectionKind.REST: RestConnector,
    ConnectionKind.SQL: SqlConnector,
}

CARRIERS: dict[str, Callable[[Connection, dict[str, str]], SubmissionCarrier]] = {
    ConnectionKind.FILES: lambda connection, _: FolderCarrier(connection),
    ConnectionKind.REST: RestCarrier,
    ConnectionKind.SQL: lambda *_: NoCarrier(),
}


def connector_for(connection: Connection) -> Connector:
    """The connector of a connection, with its credentials opened."""
    return CONNECTORS[connection.kind](connection, unseal_credentials(connection.pk, connection.credentials_sealed))


def carrier_for(connection: Connection) -> SubmissionCarrier:
    """The carrier of a connection, with its credentials opened; raises FixSettings. For the delivery of submissions alone."""
    return CARRIERS[connection.kind](connection, unseal_credentials(connection.pk, connection.credentials_sealed))
