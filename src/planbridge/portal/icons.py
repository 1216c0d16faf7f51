"""The icons of the pages: names of Tabler's outline icons, which scripts/bring_assets.py copies."""

from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(__file__).parent / "static/portal/vendor/icons"
ICONS = (
    "activity", "alert-circle", "alert-triangle", "arrow-back-up", "ban", "building-bank", "calendar", "check",
    "chevron-down", "chevron-left", "chevron-right", "chevron-up", "circle-half", "circle-half-2", "clock", "copy",
    "device-desktop", "dots-vertical", "download", "external-link", "eye", "eye-off", "file-text", "filter",
    "filter-off", "history", "info-circle", "key", "list-details", "loader-2", "logout", "menu-2", "moon", "pencil",
    "pin", "pinned-off", "player-pause", "player-play", "plug-connected", "plus", "refresh", "search", "selector",
    "settings", "shield-lock", "sun", "trash", "user", "user-plus", "users", "x",
)  # fmt: skip


@cache
def icon_markup(name: str) -> SafeString:
    """An icon as an svg element that screen readers pass over: the word stands beside it. Raises KeyError."""
    if name not in ICONS:
        message = f"{name} is not in ICONS of portal/icons.py"
        raise KeyError(message)
    svg = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    svg = svg[svg.index("<svg") :].replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
    return mark_safe(" ".join(svg.split()))  # noqa: S308 - a file of ours, not a person's text
