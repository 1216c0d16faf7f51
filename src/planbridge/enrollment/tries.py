"""Failed tries to get in, counted by address and minute over all web processes: who guesses is stopped, an office is not."""

from time import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

FAILED_A_MINUTE_MAX = 30  # an office of people with old links behind one address stays under it
BEGUN_A_MINUTE_MAX = 300  # each asks the provider
KEPT_SECONDS = 120


def key_of(request: HttpRequest, kind: str) -> str:
    """The counter of an address in this minute."""
    return f"enrollment-tries/{kind}/{get_adapter().get_client_ip(request)}/{int(time()) // 60}"


def count_try(request: HttpRequest, kind: str = "failed") -> int:
    """Count one try; answers how many there are in this minute."""
    key = key_of(request, kind)
    cache.add(key, 0, KEPT_SECONDS)
    try:
        return int(cache.incr(key))
    except ValueError:  # it was culled in between
        return 1


def is_stopped(request: HttpRequest) -> bool:
    """Whether this address failed too often in this minute."""
    return int(cache.get(key_of(request, "failed"), 0)) >= FAILED_A_MINUTE_MAX
