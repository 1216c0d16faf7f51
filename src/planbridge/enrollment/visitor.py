"""Who visits: a participant who signed in, or an advisor who looks at a preview; never both in one browser session."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from time import time
from typing import Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from planbridge.enrollment.language import asked_language, keep_language, language_of
from planbridge.enrollment.visit import NoVisit, Visit, read_visit
from planbridge.enrollment.visit_rows import read_plan
from planbridge.plans.access import plans_of
from planbridge.plans.plan import Plan
from planbridge.security.roles import Right, may
from planbridge.security.user import User

VISITOR, PREVIEW, CONNECTION = "visitor", "preview", "visitor_connection"
IDLE_SECONDS = 30 * 60
SEEN_SECONDS = 60  # how exactly the time of the last page is kept: each keeping is a write
READS = frozenset({"GET", "HEAD"})
SIGNED_OUT = "enrollment:signed_out"

Arguments = ParamSpec("Arguments")


class VisitRequest(HttpRequest):
    """For annotations: HTMX's middleware sees to it."""

    htmx: HtmxDetails


View = Callable[Concatenate[VisitRequest, Visit, Arguments], HttpResponseBase]


@dataclass(frozen=True)
class Visitor:
    """Whose pages are shown, and whether an advisor looks at them."""

    plan_id: int
    participant_id: str
    is_preview: bool


def begin_session(request: HttpRequest, plan: Plan, participant_id: str) -> None:
    """Let a participant in; whoever used this browser before, a portal user too, is signed out."""
    logout(request)
    request.session[VISITOR] = {"plan": plan.pk, "person": participant_id, "seen": int(time())}
    request.session[CONNECTION] = plan.connection_id
    rotate_token(request)


def begin_preview(request: HttpRequest, plan: Plan, participant_id: str) -> None:
    """Let a portal user see the pages of a participant; the caller has checked that they may, and records it."""
    request.session[PREVIEW] = {"plan": plan.pk, "person": participant_id}


def end_session(request: HttpRequest) -> None:
    """Sign a participant out, or end a preview and leave its portal user signed in."""
    request.session.pop(PREVIEW, None)
    if request.session.pop(VISITOR, None) is not None:
        connection = request.session.get(CONNECTION)
        request.session.flush()
        if connection is not None:
            request.session[CONNECTION] = connection


def visitor_of(request: HttpRequest) -> Visitor | None:
    """Who visits; None for nobody, and after half an hour without a page."""
    if isinstance(request.user, User):
        # A portal user signed in after the participant: from then on this browser is theirs.
        request.session.pop(VISITOR, None)
        shown = request.session.get(PREVIEW)
        return Visitor(shown["plan"], shown["person"], is_preview=True) if shown else None
    kept = request.session.get(VISITOR)
    if kept is None:
        return None
    now = int(time())
    if now - kept["seen"] > IDLE_SECONDS:
        end_session(request)
        return None
    is_polled = (
        "HX-Request" in request.headers and request.method in READS
    )  # a page that looks by itself is nobody there
    if now - kept["seen"] > SEEN_SECONDS and not is_polled:
        request.session[VISITOR] = kept | {"seen": now}
    return Visitor(kept["plan"], kept["person"], is_preview=False)


def plan_of(request: HttpRequest, visitor: Visitor) -> Plan | None:
    """The plan of a visitor; that of a preview only while its portal user may see it."""
    if visitor.is_preview:
        if not isinstance(request.user, User) or not may(request.user, Right.SEE_PLANS):
            return None
        if not plans_of(request.user).filter(pk=visitor.plan_id).exists():
            return None
    return read_plan(visitor.plan_id)


def visited(view: View[Arguments]) -> Callable[Concatenate[VisitRequest, Arguments], HttpResponseBase]:
    """A page of the Enrollment site: gives its view the visit, in the visitor's language and the firm's time zone.

    Nobody's page leads to the page for those who are signed out; a preview takes no POST.
    """

    @login_not_required
    @wraps(view)
    def page(request: VisitRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        language = language_of(request)
        visitor = visitor_of(request)
        plan = plan_of(request, visitor) if visitor else None
        if visitor is None or plan is None:
            return sent_to_sign_in(request)
        with translation.override(language), timezone.override(ZoneInfo(plan.firm.time_zone)):
            response = answer_for(request, plan, visitor, language, lambda visit: view(request, visit, *args, **kwargs))
        add_never_cache_headers(response)
        response.headers["Content-Language"] = language
        if asked_language(request):
            keep_language(response, language, is_https=settings.IS_HTTPS)
        return response

    return page


def answer_for(
    request: VisitRequest,
    plan: Plan,
    visitor: Visitor,
    language: str,
    view: Callable[[Visit], HttpResponseBase],
) -> HttpResponseBase:
    """The view's answer, or a plain page that says why there is none."""
    if visitor.is_preview and request.method not in READS:
        return render(request, "enrollment/preview_refuses.html", {"language": language}, status=403)
    visit = read_visit(plan, visitor.participant_id, language=language, is_preview=visitor.is_preview)
    if isinstance(visit, NoVisit):
        return plain_page(request, visit, language)
    return view(visit)


def plain_page(request: HttpRequest, why: NoVisit, language: str) -> HttpResponse:
    """The page for somebody whose plan or record is not there."""
    return render(request, "enrollment/no_visit.html", {"why": str(why), "language": language}, status=404)


def sent_to_sign_in(request: VisitRequest) -> HttpResponseBase:
    """To the page that says how to get in again."""
    if request.htmx:
        return HttpResponseClientRedirect("/enroll/signed-out/")
    return redirect(SIGNED_OUT)
