"""Getting in and out: invitation links, signing in at the recordkeeper's site, signing out, and the language."""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planbridge.enrollment.invitation import find_invitation, use_invitation
from planbridge.enrollment.language import LANGUAGES, keep_language, language_of
from planbridge.enrollment.offer import is_open
from planbridge.enrollment.oidc import Begun, Client, SignedIn, SignInFailed, address_to_ask, begin, who_signed_in
from planbridge.enrollment.provider import SignInProvider, provider_of
from planbridge.enrollment.tries import BEGUN_A_MINUTE_MAX, count_try, is_stopped
from planbridge.enrollment.visit import NoVisit
from planbridge.enrollment.visitor import CONNECTION, PREVIEW, begin_session, end_session, plain_page
from planbridge.participants.models import Participant
from planbridge.participants.participant import SyncStatus
from planbridge.plans.plan import Plan

BEGUN = "enrollment_sign_in"
TOO_MANY, AWAY, GONE = 429, 503, 410
log = structlog.get_logger()

OpenView = Callable[..., HttpResponseBase]


def open_page(view: OpenView) -> OpenView:
    """A page for whoever is not signed in, in their language, kept in no cache."""

    @login_not_required
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 - the route's parts
        with translation.override(language_of(request)):
            response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    return page


def shown(request: HttpRequest, name: str, *, status: int = 200, **context: object) -> HttpResponse:
    """A page without a visit."""
    return render(request, f"enrollment/{name}.html", {"language": language_of(request), **context}, status=status)


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """The page of a link: only its button uses it up, since mail programs look at links before people do."""
    if is_stopped(request):
        return shown(request, "too_many", status=TOO_MANY)
    if request.method != "POST" and find_invitation(token) is not None:
        return shown(request, "invitation", is_usable=True)
    used = use_invitation(token) if request.method == "POST" else None
    if used is None:
        count_try(request)
        return shown(request, "invitation", status=GONE, is_usable=False)
    plan = Plan.objects.select_related("connection").get(pk=used.plan_id)
    begin_session(request, plan, used.participant_id)
    return redirect("enrollment:home")


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def provider_sign_in(request: HttpRequest, connection_id: int) -> HttpResponseBase:
    """Send the browser to the recordkeeper's site; its own link leads here, so a GET does it too."""
    if is_stopped(request) or count_try(request, "begun") > BEGUN_A_MINUTE_MAX:
        return shown(request, "too_many", status=TOO_MANY)
    provider = provider_of(connection_id)
    if provider is None:
        return shown(request, "no_provider", status=404)
    begun = begin(connection_id)
    try:
        address = address_to_ask(client_of(request, provider), begun)
    except SignInFailed as failed:
        return sign_in_failed(request, connection_id, failed)
    request.session[BEGUN] = begun.as_json()
    return HttpResponseRedirect(address)


@open_page
@require_safe
def provider_answer(request: HttpRequest) -> HttpResponseBase:
    """The browser's way back: whoever the provider says it is gets in, if they are of a plan of that connection."""
    if is_stopped(request):
        return shown(request, "too_many", status=TOO_MANY)
    kept = request.session.pop(BEGUN, None)
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    if kept is None or not secrets.compare_digest(state.encode(), kept["state"].encode()):
        count_try(request)
        return shown(request, "sign_in_failed", status=400, again="")
    begun = Begun(**kept)
    provider = provider_of(begun.connection_id)
    if provider is None or not code:
        no_code = SignInFailed(f"no code came back: {request.GET.get('error', '')[:100]}")
        return sign_in_failed(request, begun.connection_id, no_code)
    try:
        who = who_signed_in(client_of(request, provider), begun, code)
    except SignInFailed as failed:
        return sign_in_failed(request, begun.connection_id, failed)
    return let_in(request, begun.connection_id, who)


def let_in(request: HttpRequest, connection_id: int, who: SignedIn) -> HttpResponseBase:
    """Begin the visit of whoever the provider says it is, or say why there is none."""
    plans = Plan.objects.select_related("connection").filter(connection_id=connection_id)
    plan = plans.filter(external_plan_id=who.external_plan_id).first()
    if plan is None or not is_open(plan):
        return plain_page(request, NoVisit.PLAN_CLOSED, language_of(request))
    people = Participant.objects.filter(plan_id=plan.pk, participant_id=who.participant_id)
    if not people.exclude(sync_status=SyncStatus.NOT_AT_RECORDKEEPER).exists():
        return plain_page(request, NoVisit.PERSON_GONE, language_of(request))
    begin_session(request, plan, who.participant_id)
    return redirect("enrollment:home")


def client_of(request: HttpRequest, provider: SignInProvider) -> Client:
    """What Planbridge is to a provider, at the address by which people reach it."""
    path = reverse("enrollment:provider_answer")
    address = f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
    return Client(provider.issuer, provider.client_id, provider.secret, address)


def sign_in_failed(request: HttpRequest, connection_id: int, failed: SignInFailed) -> HttpResponse:
    """The provider does not answer, or cannot be believed; the log says why."""
    count_try(request)
    log.warning("sign-in of a participant failed", connection=connection_id, cause=str(failed))
    again = reverse("enrollment:provider", args=[connection_id])
    return shown(request, "sign_in_failed", status=AWAY, again=again)


@open_page
@require_safe
def signed_out(request: HttpRequest) -> HttpResponseBase:
    """How to get in (again)."""
    connection = request.session.get(CONNECTION)
    provider = provider_of(connection) if connection else None
    return shown(request, "signed_out", again=reverse("enrollment:provider", args=[provider.pk]) if provider else "")


@open_page
@require_POST
def leave(request: HttpRequest) -> HttpResponseBase:
    """Sign out, or end a preview."""
    shown_to = request.session.get(PREVIEW)
    end_session(request)
    if shown_to:
        return HttpResponseRedirect(f"/plans/{shown_to['plan']}/participants/")
    return redirect("enrollment:signed_out")


@open_page
@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Choose the language, and go back to the page where that was done."""
    came_from = urlsplit(request.POST.get("path", ""))
    is_ours = not came_from.scheme and not came_from.netloc and came_from.path.startswith("/enroll/")
    place = came_from.path + (f"?{came_from.query}" if came_from.query else "") if is_ours else "/enroll/"
    response = HttpResponseRedirect(place)
    wanted = request.POST.get("language", "")
    if wanted in LANGUAGES:
        keep_language(response, wanted, is_https=settings.IS_HTTPS)
    return response
