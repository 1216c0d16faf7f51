"""Health for load balancers: /health/live (this process answers) and /health/ready (so does the database)."""

from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse


class Health:
    """Middleware, so that neither a session nor the name by which a probe calls the host matters."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the two paths; leave all others alone."""
        if request.path == "/health/live":
            return JsonResponse({"live": True})
        if request.path == "/health/ready":
            is_ready = database_answers()
            return JsonResponse({"ready": is_ready, "database": is_ready}, status=200 if is_ready else 503)
        return self.get_response(request)


def database_answers() -> bool:
    """Whether the database answers a question that costs nothing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True
