"""Test connection: started by a button, run beside the request, followed by the page step by step."""

from functools import partial
from threading import Thread
from uuid import UUID

import structlog
from django.db import connection as database
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render

from planbridge.portal.recordkeepers.connection_list import find_connection, shown_connections
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connection_test import begin_test, run_test
from planbridge.security.roles import Right

log = structlog.get_logger()


@needs(Right.SEE_RECORDKEEPERS, to_change=Right.CHANGE_RECORDKEEPERS)
def test_connection(request: PortalRequest, connection_id: int) -> HttpResponseBase:
    """Start a test (POST); the steps so far as a part of the recordkeeper's page."""
    connection = find_connection(request, connection_id)
    if request.method == "POST":
        test_id = begin_test(connection, actor=request.user.actor)
        if test_id is not None:
            # Once the row is there for the other session that notes its steps.
            transaction.on_commit(partial(start_test, connection, test_id, request.user.actor))
        connection = find_connection(request, connection_id)
    if not request.htmx:
        return redirect("recordkeepers:connection", connection.pk)
    (shown,) = shown_connections([connection], request.user)
    context = {"shown": shown, "test": shown.test, "may_change": True}
    return render(request, "portal/recordkeepers/test.html", context)


def start_test(connection: Connection, test_id: UUID, actor: str) -> None:
    """Run a test in a thread of its own: a recordkeeper that does not answer keeps no request waiting."""
    Thread(target=follow_test, args=(connection, test_id, actor), name="test connection", daemon=True).start()


def follow_test(connection: Connection, test_id: UUID, actor: str) -> None:
    """The thread: a test with a database session of its own; one that breaks off is over with its time."""
    try:
        run_test(connection, test_id, actor=actor)
    finally:
        database.close()
