"""Adding, editing and removing a recordkeeper."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.portal.page import render_page
from planbridge.portal.recordkeepers.connection_list import find_connection
from planbridge.portal.recordkeepers.form import FORMS, FilesForm, RestForm, SqlForm, initial_of
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.recordkeepers.connection import ConnectionKind
from planbridge.recordkeepers.connections import (
    ConnectionRefused,
    add_connection,
    edit_connection,
    remove_connection,
    seen_as,
    values_of,
)
from planbridge.security.roles import Right

PAGE, CONFLICT = "portal/recordkeepers/form.html", "portal/recordkeepers/conflict.html"


@needs(Right.CHANGE_RECORDKEEPERS)
def new(request: PortalRequest) -> HttpResponseBase:
    """Add a recordkeeper of the kind in the address."""
    kind = request.GET.get("kind", ConnectionKind.REST)
    kind = kind if kind in FORMS else ConnectionKind.REST
    form = FORMS[kind](request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = add_connection(request.user.firm, form.connection(), actor=request.user.actor)
        except ConnectionRefused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{added} is added. Test the connection now, then add its plans.")
            return redirect("recordkeepers:connection", added.pk)
    context = {"form": form, "kind": kind, "kinds": ConnectionKind.choices}
    return render_page(request, PAGE, context, status=422 if form.errors else 200)


@needs(Right.CHANGE_RECORDKEEPERS)
def edit(request: PortalRequest, connection_id: int) -> HttpResponseBase:
    """Change a recordkeeper, unless somebody else did so meanwhile."""
    connection = find_connection(request, connection_id)
    seen = str(request.POST.get("seen", "")) or seen_as(connection)
    form = FORMS[connection.kind](request.POST or None, initial=initial_of(connection), before=connection)
    if request.method == "POST" and form.is_valid():
        try:
            edit_connection(connection, form.connection(), seen=seen, actor=request.user.actor)
        except ConnectionRefused as refused:
            refuse(form, refused)
        except ChangedMeanwhile:
            return show_conflict(request, form, connection_id)
        else:
            messages.success(request, "The recordkeeper is changed. Test the connection to see that it works.")
            return redirect("recordkeepers:connection", connection.pk)
    context = {"form": form, "connection": connection, "seen": seen}
    return render_page(request, PAGE, context, status=422 if form.errors else 200)


@needs(Right.CHANGE_RECORDKEEPERS)
def remove(request: PortalRequest, connection_id: int) -> HttpResponseBase:
    """Remove a recordkeeper that nothing uses."""
    connection = find_connection(request, connection_id)
    if request.method != "POST":
        return redirect("recordkeepers:connection", connection.pk)
    name = connection.name
    try:
        remove_connection(connection, actor=request.user.actor)
    except ConnectionRefused as refused:
        messages.error(request, str(refused))
        return redirect("recordkeepers:connection", connection_id)
    messages.success(request, f"{name} is removed.")
    return redirect("recordkeepers:list")


def refuse(form: RestForm | FilesForm | SqlForm, refused: ConnectionRefused) -> None:
    """Put the reason of a refusal at its field."""
    form.add_error(refused.field if refused.field in form.fields else None, str(refused))


def show_conflict(request: PortalRequest, form: RestForm | FilesForm | SqlForm, connection_id: int) -> HttpResponse:
    """The recordkeeper as it is now; what was typed stays in the form, secrets excepted."""
    now = find_connection(request, connection_id)
    mine = form.connection()
    typed = {"name": mine.name} | mine.settings
    typed |= {name: form.cleaned_data[name] for name in ("requests_per_minute", "concurrent_requests_max")}
    for name, value in zip(("quiet_from", "quiet_until"), mine.quiet_hours or (None, None), strict=True):
        typed[name] = value and value.isoformat("minutes")
    labels = {name: str(field.label) for name, field in form.fields.items()}
    theirs = values_of(now)
    rows = [(labels[name], theirs.get(name), typed.get(name)) for name in labels if name in theirs or name in typed]
    kept = [(name, value) for name, value in request.POST.items() if name not in {"csrfmiddlewaretoken", "seen"}]
    context = {
        "connection": now,
        "rows": rows,
        "seen": seen_as(now),
        # A secret that was typed is not sent back to the page: then it has to be typed again.
        "typed": () if mine.credentials else kept,
    }
    return render_page(request, CONFLICT, context, status=409)
