"""The OpenPGP keys of a drop folder: make one, show its public part, replace or remove it; remove replaced ones."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect

from planbridge.portal.page import render_page
from planbridge.portal.recordkeepers.connection_list import find_connection
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.open_pgp_keys import (
    key_of,
    make_open_pgp_key,
    remove_open_pgp_key,
    remove_retired_key,
    retired_keys_of,
)
from planbridge.security.roles import Right


def find_folder(request: PortalRequest, connection_id: int) -> Connection:
    """A drop folder of the user's firm; 404 for any other connection."""
    connection = find_connection(request, connection_id)
    if connection.kind != ConnectionKind.FILES:
        message = "Only a drop folder has an OpenPGP key."
        raise Http404(message)
    return connection


@needs(Right.CHANGE_RECORDKEEPERS)
def open_pgp_key(request: PortalRequest, connection_id: int) -> HttpResponseBase:
    """The public key to give to the recordkeeper; POST makes a new pair."""
    connection = find_folder(request, connection_id)
    if request.method == "POST":
        pair = make_open_pgp_key(connection, actor=request.user.actor)
        messages.success(request, f"The key {pair.fingerprint} is made. Give its public part to the recordkeeper.")
        return redirect("recordkeepers:open_pgp", connection.pk)
    context = {"connection": connection, "pair": key_of(connection), "retired": retired_keys_of(connection)}
    return render_page(request, "portal/recordkeepers/open_pgp.html", context)


@needs(Right.CHANGE_RECORDKEEPERS)
def open_pgp_key_remove(request: PortalRequest, connection_id: int) -> HttpResponseBase:
    """Remove the key (POST)."""
    connection = find_folder(request, connection_id)
    if request.method == "POST":
        remove_open_pgp_key(connection, actor=request.user.actor)
        messages.success(request, "The key is removed. Files are taken plain from now on.")
    return redirect("recordkeepers:open_pgp", connection.pk)


@needs(Right.CHANGE_RECORDKEEPERS)
def retired_key_remove(request: PortalRequest, connection_id: int) -> HttpResponseBase:
    """Remove a replaced key by its `fingerprint` (POST)."""
    connection = find_folder(request, connection_id)
    if request.method == "POST":
        fingerprint = request.POST.get("fingerprint", "")
        if not remove_retired_key(connection, fingerprint, actor=request.user.actor):
            message = "There is no such replaced key."
            raise Http404(message)
        messages.success(request, f"The replaced key {fingerprint} is removed.")
    return redirect("recordkeepers:open_pgp", connection.pk)
