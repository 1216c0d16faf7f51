"""What a signed-in user was shown stays out of caches: of the browser, and of any proxy in between."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from planbridge.security.user import User


class NoStore:
    """Middleware: answers to signed-in users are stored nowhere, downloads among them; static files are no such answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Say so in the answer's headers."""
        response = self.get_response(request)
        if isinstance(request.user, User):
            add_never_cache_headers(response)
        return response
