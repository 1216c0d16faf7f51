"""An HTMX request of somebody whose session ended gets the whole page for signing in, not a piece of it in a table."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect


class WholePageForSignIn:
    """Middleware around Django's own that sends people to sign in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Turn the redirect to sign in into one that HTMX follows with the whole window."""
        response = self.get_response(request)
        place = urlsplit(response.headers.get("Location", "")).path
        if request.headers.get("HX-Request") == "true" and place == resolve_url("account_login"):
            return HttpResponseClientRedirect(resolve_url("plans:summary"))
        return response
