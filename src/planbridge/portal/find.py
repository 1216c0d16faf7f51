"""The command menu (Ctrl-K): finds plans, people by name, and runs among what the user sees."""

from uuid import UUID

from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from planbridge.participants.people_list import is_ssn, search_people
from planbridge.plans.access import plans_of
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.security.roles import Right
from planbridge.sync.run import SyncRun

FOUND_MAX = 8
CHARACTERS_MIN = 2


@needs(Right.SEE_PLANS)
@require_GET
def find(request: PortalRequest) -> HttpResponseBase:
    """What matches the text, as the list below the menu's box."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    context: dict[str, object] = {"text": text}
    if len(text) >= CHARACTERS_MIN:
        plans = plans_of(request.user)
        matching = plans.filter(
            Q(name__istartswith=text) | Q(external_plan_id__istartswith=text) | Q(employer_name__istartswith=text)
        )
        context |= {"plans": matching.order_by("name")[:FOUND_MAX], "run": find_run(request, text), "is_asked": True}
        # An SSN would stand in the address of this request: a plan's Participants tab sends it otherwise.
        context |= {"is_ssn": True} if is_ssn(text) else {"people": search_people(plans, text, found_max=FOUND_MAX)}
    return render(request, "portal/find/found.html", context)


def find_run(request: PortalRequest, text: str) -> SyncRun | None:
    """The run of a whole id, if the user sees its plan."""
    try:
        run = SyncRun.objects.filter(id=UUID(text)).first()
    except ValueError:
        return None
    return run if run and plans_of(request.user).filter(pk=run.plan_id).exists() else None
