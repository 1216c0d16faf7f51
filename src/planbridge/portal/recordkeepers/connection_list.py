"""Recordkeepers: how each is reached and limited, how its last test and last sync went, and how many plans it has."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, QuerySet
from django.db.models.functions import Greatest
from django.http import Http404, HttpResponseBase
from django.utils import timezone
from django.utils.formats import time_format
from django.views.decorators.http import require_safe

from planbridge.plans.access import plans_of
from planbridge.portal.page import render_page
from planbridge.portal.recordkeepers.test_steps import ShownTest, shown_test
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.recordkeepers.connection import Connection
from planbridge.security.roles import Right, may
from planbridge.security.user import User


@dataclass(frozen=True)
class ShownConnection:
    """A recordkeeper as a user sees it; plans and their last sync are those that the user sees. No secrets."""

    connection: Connection
    place: str
    limits: tuple[str, ...]
    plan_count: int
    last_sync_at: datetime | None
    test: ShownTest


def connections_of(user: User) -> QuerySet[Connection]:
    """The recordkeepers of a user's firm."""
    return Connection.objects.filter(firm_id=user.firm_id).select_related("last_test", "firm").order_by("name")


def find_connection(request: PortalRequest, connection_id: int) -> Connection:
    """A recordkeeper of the user's firm; 404 for any other."""
    found = connections_of(request.user).filter(pk=connection_id).first()
    if found is None:
        message = "There is no such recordkeeper in your firm."
        raise Http404(message)
    return found


@needs(Right.SEE_RECORDKEEPERS)
@require_safe
def connection_list(request: PortalRequest) -> HttpResponseBase:
    """All of them: a firm has a handful."""
    context = {
        "shown": shown_connections(list(connections_of(request.user)), request.user),
        "may_change": may(request.user, Right.CHANGE_RECORDKEEPERS),
    }
    return render_page(request, "portal/recordkeepers/list.html", context)


@needs(Right.SEE_RECORDKEEPERS)
@require_safe
def connection_page(request: PortalRequest, connection_id: int) -> HttpResponseBase:
    """One of them, with its test."""
    (shown,) = shown_connections([find_connection(request, connection_id)], request.user)
    context = {"shown": shown, "test": shown.test, "may_change": may(request.user, Right.CHANGE_RECORDKEEPERS)}
    return render_page(request, "portal/recordkeepers/connection.html", context)


def shown_connections(connections: list[Connection], user: User) -> list[ShownConnection]:
    """Recordkeepers as a user sees them, in one statement more."""
    plans = plans_of(user).filter(connection__in=connections).values("connection_id")
    runs = ("figures__plan_run_ended_at", "figures__participants_run_ended_at")
    counted = plans.annotate(plans=Count("pk"), last=Greatest(*(Max(F(one)) for one in runs)))
    found: dict[int, dict[str, Any]] = {row["connection_id"]: dict(row) for row in counted}
    return [shown_connection(one, found.get(one.pk, {})) for one in connections]


def shown_connection(connection: Connection, counted: dict[str, Any]) -> ShownConnection:
    """One recordkeeper, with what was counted of its plans."""
    last = getattr(connection, "last_test", None)
    return ShownConnection(
        connection=connection,
        place=str(connection.settings.get("url") or connection.settings.get("path") or ""),
        limits=limits_text(connection),
        plan_count=counted.get("plans", 0),
        last_sync_at=counted.get("last"),
        test=shown_test(connection, last, timezone.now()),
    )


def limits_text(connection: Connection) -> tuple[str, ...]:
    """The limits in words, the quiet hours with the zone that they are in."""
    said = [f"{connection.concurrent_requests_max} at once"]
    if connection.requests_per_minute:
        said.insert(0, f"{connection.requests_per_minute:,} requests a minute")
    if connection.quiet_from is not None and connection.quiet_until is not None:
        begin, end = (time_format(one, "g:i A") for one in (connection.quiet_from, connection.quiet_until))
        said.append(f"quiet {begin} to {end} {connection.firm.time_zone.replace('_', ' ')}")
    return tuple(said)
