"""Every route of the portal, and for each how a test builds its address; a new route adds its line here."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.portal.conftest import Cast

Arguments = Callable[[Cast], dict[str, Any]]


def nothing(_: Cast) -> dict[str, Any]:
    """A route without arguments."""
    return {}


def plan(cast: Cast) -> dict[str, Any]:
    """A route of a plan."""
    return {"plan_id": cast.plan.pk}


# Route names with what their addresses need. Those with arguments are walked with another firm's, too.
ROUTES: dict[str, Arguments] = {
    "home": nothing,
    "find": nothing,
    "plans:summary": nothing,
    "plans:add": nothing,
    "plans:pick": nothing,
    "settings:profile": nothing,
}
# Open to whoever has the link.
OPEN = {"invitation"}
# These lead somewhere else, whoever asks.
WITHOUT_RIGHT = {"home"}


def portal_routes() -> Iterator[tuple[str, URLPattern]]:
    """Every route of ours by its name, with its pattern; those of allauth are allauth's."""
    yield from walk(get_resolver().url_patterns, "")


def walk(patterns: list[URLPattern | URLResolver], space: str) -> Iterator[tuple[str, URLPattern]]:
    """The routes under some patterns."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if "accounts" not in str(pattern.pattern):
                yield from walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif "accounts" not in str(pattern.pattern):
            yield f"{space}{pattern.name}", pattern
