"""Times as a user reads them: in the firm's zone (or the user's own), with the zone, and how long ago."""

from collections.abc import Callable
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format

from planbridge.security.user import User

MINUTE, HOUR, DAY = 60, 3600, 86_400
NEAR_SECONDS = 45
DAYS_AS_WORDS = 60


class FirmTime:
    """Middleware: a signed-in user's zone is the zone of the page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the user's zone."""
        if not isinstance(request.user, User):
            return self.get_response(request)
        with timezone.override(request.user.zone):
            return self.get_response(request)


def moment_text(moment: datetime) -> str:
    """'Nov 22, 2026, 10:02 PM EST'."""
    local = timezone.localtime(moment)
    return f"{local:%b} {local.day}, {local.year}, {local.hour % 12 or 12}:{local:%M %p} {local.tzname()}"


def day_text(day: str) -> str:
    """'Jun 14, 2010' of '2010-06-14'."""
    return date_format(date.fromisoformat(day), "M j, Y")


def clock_text(moment: datetime) -> str:
    """'10:02 PM'."""
    return date_format(timezone.localtime(moment), "g:i A")


def relative_text(moment: datetime, now: datetime | None = None) -> str:
    """'3 minutes ago', 'in 2 days', 'just now'; empty beyond two months, where the date says more."""
    seconds = ((now or timezone.now()) - moment).total_seconds()
    size = abs(seconds)
    if size < NEAR_SECONDS:
        return "just now" if seconds >= 0 else "in a moment"
    steps = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"))
    unit, word = next((step for step in steps if size >= step[0]), steps[-1])
    count = max(1, round(size / unit))
    if unit == DAY and count > DAYS_AS_WORDS:
        return ""
    words = f"{count} {word}{'' if count == 1 else 's'}"
    return f"{words} ago" if seconds >= 0 else f"in {words}"


def duration_text(seconds: float) -> str:
    """'0.4 s', '12 s', '3 min 5 s', '2 h 10 min'."""
    if seconds < 10:  # noqa: PLR2004 - under ten seconds a tenth is worth saying
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"
