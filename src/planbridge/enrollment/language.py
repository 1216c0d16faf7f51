"""The language of the Enrollment site's pages: the one chosen, else the browser's; English or Spanish."""

from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

COOKIE: Final = "language"
LANGUAGES: Final = {"en": "English", "es": "Español"}
KEPT_SECONDS = 365 * 24 * 60 * 60


def asked_language(request: HttpRequest) -> str:
    """The language that the button of a question's page asks for, with what is typed there; empty for no such button."""
    asked = request.POST.get("language", "") if request.method == "POST" else ""
    return asked if asked in LANGUAGES else ""


def language_of(request: HttpRequest) -> str:
    """The language in which a page answers."""
    chosen = asked_language(request) or request.COOKIES.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    of_browser = translation.get_language_from_request(request).partition("-")[0]
    return of_browser if of_browser in LANGUAGES else "en"


def keep_language(response: HttpResponseBase, language: str, *, is_https: bool) -> None:
    """Keep the language chosen, in the browser."""
    response.set_cookie(COOKIE, language, max_age=KEPT_SECONDS, samesite="Lax", secure=is_https, httponly=True)
