"""The catalogue of problems as a page: every code, how severe it is, what it means, who mends it and where."""

from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from planbridge.activity.problem_catalogue import CATALOGUE, ProblemKind
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.security.roles import Right


@needs(Right.SEE_PLANS)
@require_safe
def problems(request: PortalRequest) -> HttpResponseBase:
    """The catalogue, group by group; a code is the anchor of its row."""
    groups: dict[str, list[ProblemKind]] = {}
    for kind in CATALOGUE.values():
        groups.setdefault(kind.group, []).append(kind)
    context = {"groups": list(groups.items()), "count": len(CATALOGUE)}
    return render_page(request, "portal/activity/problems.html", context)
