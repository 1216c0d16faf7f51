"""Text with NUL, which no browser sends and no text of PostgreSQL has: where a page lets it through, it is a bad request."""

from collections.abc import Callable

import structlog
from django.db import DataError
from django.http import HttpRequest, HttpResponse

from planbridge.portal.errors import bad_request

NUL = "\x00"
log = structlog.get_logger()


class UnstorableText:
    """Middleware that looks only after a page has failed: uploads are read by nobody before their page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Leave every answer alone."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """400 where the database or Python refused a text and the request has NUL; every other fault is ours."""
        if not isinstance(exception, DataError | ValueError) or not has_nul(request):
            return None
        log.warning("request with NUL refused", view=request.resolver_match and request.resolver_match.view_name)
        return bad_request(request, exception)


def has_nul(request: HttpRequest) -> bool:
    """Whether the address, or a field of the form, has NUL in it."""
    values = [one for query in (request.GET, request.POST) for _, found in query.lists() for one in found]
    return any(NUL in str(one) for one in (request.path, *values))
