"""Pages for what went wrong, in plain words; none of them needs the database."""

import sys

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

log = structlog.get_logger()


def error_page(request: HttpRequest, name: str, status: int, *, why: str = "") -> HttpResponse:
    """A page without user, navigation or anything else that asks the database; a sentence for an HTMX request.

    `why` says more than the page knows by itself.
    """
    if request.headers.get("HX-Request") == "true":
        text = render_to_string(f"portal/errors/{name}_sentence.html", {"why": why})
        return HttpResponse(text, status=status)
    context = {"theme": request.COOKIES.get("theme", ""), "why": why}
    return HttpResponse(render_to_string(f"portal/errors/{name}.html", context), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """400: the address or the form is not one that this site makes."""
    return error_page(request, "400", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the user's role or flags do not allow it; the exception says which is missing."""
    return error_page(request, "403", 403, why=str(exception or ""))


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """403: the form was opened before signing in anew, or comes from another site."""
    return error_page(request, "form_expired", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """404: nothing is there, or nothing that this user sees."""
    return error_page(request, "404", 404)


def no_such_page(request: HttpRequest, **_parts: str) -> HttpResponse:
    """404 for the pages of allauth that have no place here: an address is changed by an Admin."""
    return not_found(request)


def fault(request: HttpRequest) -> HttpResponse:
    """500 for our fault, 503 when the database is away; the log has the place, never the data."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        log.warning("page without database", path=request.path, kind=type(error).__name__)
        response = error_page(request, "503", 503)
        response.headers["Retry-After"] = "10"
        return response
    log.error("page failed", path=request.path, exc_info=True)  # noqa: LOG014 - Django calls this while handling one
    return error_page(request, "500", 500)
