"""Who may open a page, and which things they find on it."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase

from planbridge.plans.access import plans_of
from planbridge.plans.plan import Plan
from planbridge.portal.request import PortalRequest
from planbridge.security.right_words import what_is_missing
from planbridge.security.roles import Right, may

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[PortalRequest, Arguments], HttpResponseBase]


def needs(right: Right, *, to_change: Right | None = None) -> Callable[[View[Arguments]], View[Arguments]]:
    """A view for users with a right, with another one for anything but reading; everybody else gets 403.

    tests/portal/test_routes.py reads both from the view.
    """

    def decorate(view: View[Arguments]) -> View[Arguments]:
        @wraps(view)
        def checked(request: PortalRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
            needed = right if to_change is None or request.method in {"GET", "HEAD"} else to_change
            if not may(request.user, needed):
                raise PermissionDenied(what_is_missing(request.user, needed))
            return view(request, *args, **kwargs)

        checked.__dict__.update(right=right, right_to_change=to_change or right)
        return checked

    return decorate


def find_plan(request: PortalRequest, plan_id: int) -> Plan:
    """A plan that the user sees; 404 for one of another firm, not given, or not there: nobody learns which."""
    found = plans_of(request.user).select_related("connection").filter(pk=plan_id).first()
    if found is None:
        message = "There is no such plan among those given to you."
        raise Http404(message)
    return found
