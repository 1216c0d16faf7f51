"""What every page shows around its content: navigation, theme, the user's name."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from planbridge.security.roles import Right, may
from planbridge.security.user import User

THEMES = ("light", "dark")


@dataclass(frozen=True)
class Section:
    """An entry of the left navigation: its word, icon, route, and who sees it."""

    word: str
    icon: str
    route: str
    right: Right
    badge: str = ""  # a template that shows a number beside the word


SECTIONS = (
    Section("Plans", "list-details", "plans:summary", Right.SEE_PLANS),
    Section("Activity", "activity", "activity:monitor", Right.SEE_PLANS, badge="portal/activity/badge.html"),
    Section("Recordkeepers", "building-bank", "recordkeepers:list", Right.SEE_RECORDKEEPERS),
    Section("Settings", "settings", "settings:profile", Right.CHANGE_OWN_PROFILE),
)


def layout(request: HttpRequest) -> dict[str, Any]:
    """What the layout needs, for every template of a request."""
    theme = request.COOKIES.get("theme", "")
    values: dict[str, Any] = {"theme": theme if theme in THEMES else ""}
    user = getattr(request, "user", None)
    if isinstance(user, User) and not getattr(request, "htmx", False):
        values["entries"] = entries(user, request.path)
    return values


def entries(user: User, path: str) -> list[dict[str, Any]]:
    """The navigation of a user on a page: sections whose pages are there, and which of them this page is in."""
    found = []
    for section in SECTIONS:
        address = address_of(section.route)
        if address and may(user, section.right):
            found.append({"section": section, "address": address, "is_here": path.startswith(first_folder(address))})
    return found


def first_folder(address: str) -> str:
    """'/settings/profile/' is in '/settings/'."""
    return "/".join(address.split("/")[:2]) + "/"


def address_of(route: str, *arguments: object) -> str:
    """The address of a route; empty when no page has it."""
    try:
        return reverse(route, args=arguments)
    except NoReverseMatch:
        return ""
