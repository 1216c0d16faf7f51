"""Signing in by OpenID Connect: allauth's views, and a page for when the provider does not answer."""

import structlog
from allauth.socialaccount.providers.openid_connect.views import callback, login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

PAGE = "socialaccount/authentication_error.html"
log = structlog.get_logger()


@login_not_required
def provider_login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Send the browser to the provider."""
    try:
        answer: HttpResponseBase = login(request, provider_id)
    except OSError as error:  # requests' own errors are such
        return provider_is_away(request, error)
    return answer


@login_not_required
def provider_callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Take the browser's way back from the provider, and ask the provider who it is."""
    try:
        answer: HttpResponseBase = callback(request, provider_id)
    except OSError as error:
        return provider_is_away(request, error)
    return answer


def provider_is_away(request: HttpRequest, error: OSError) -> HttpResponseBase:
    """503: the provider does not answer, or not as one."""
    log.warning("provider of sign-in does not answer", kind=type(error).__name__, cause=str(error))
    return render(request, PAGE, {"is_away": True}, status=503)
