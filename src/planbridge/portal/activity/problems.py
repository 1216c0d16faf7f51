"""The catalogue of problems as a page: every code, how severe it is, what it means, who mends it and where."""

from itertools import groupby

from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from planbridge.activity.problem_catalogue import CATALOGUE
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.security.roles import Right


@needs(Right.SEE_PLANS)
@require_safe
def problems(request: PortalRequest) -> HttpResponseBase:
    """The catalogue, group by group; a code is the anchor of its row."""
    groups = [(name, list(kinds)) for name, kinds in groupby(CATALOGUE.values(), key=lambda kind: kind.group)]
    return render_page(request, "portal/activity/problems.html", {"groups": groups, "count": len(CATALOGUE)})
