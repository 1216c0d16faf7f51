"""The pieces of pages, as tags and filters; they are built in, so no template loads them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms, template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from planbridge.portal import firm_time, status
from planbridge.portal.icons import icon_markup
from planbridge.portal.layout import address_of

register = template.Library()
MILLION, CENT = 1_000_000, Decimal("0.01")
NOTHING = "\N{EN DASH}"


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon, hidden from screen readers: {% icon "check" %}."""
    return icon_markup(name)


def badge(look: status.Look, href: str, detail: str) -> SafeString:
    """A status. No template: a list has a hundred of them [a fifth of the time of the page]."""
    more = format_html(' <span class="status-detail">{}</span>', detail) if detail else ""
    inner = format_html("{}<span>{}{}</span>", icon_markup(look.icon), look.word, more)
    if href:
        return format_html('<a class="status-badge status-{}" href="{}">{}</a>', look.color, href, inner)
    return format_html('<span class="status-badge status-{}">{}</span>', look.color, inner)


@register.simple_tag
def run_status(value: str, href: str = "", detail: str = "") -> SafeString:
    """A run's status: icon, word, color, link to the run; `detail` such as '3,200 of 12,000'."""
    return badge(status.run_look(value), href, detail)


@register.simple_tag
def plan_status(value: str, href: str = "", detail: str = "") -> SafeString:
    """A plan's status."""
    return badge(status.plan_look(value), href, detail)


@register.simple_tag
def person_status(value: str, href: str = "", detail: str = "") -> SafeString:
    """A participant's synchronization status."""
    return badge(status.person_look(value), href, detail)


@register.simple_tag
def submission_status(value: str, href: str = "", detail: str = "") -> SafeString:
    """A submission's state."""
    return badge(status.submission_look(value), href, detail)


@register.simple_tag
def freshness(value: str, href: str = "", detail: str = "") -> SafeString:
    """A plan's freshness: on_track, late, stale; `detail` is the reason."""
    return badge(status.freshness_look(value), href, detail)


@register.simple_tag
def moment(value: datetime | None, never: str = "Never") -> SafeString:
    """A time in the user's zone, with the zone; how long ago in the tooltip."""
    if value is None:
        return format_html('<span class="text-secondary">{}</span>', never)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        firm_time.relative_text(value),
        firm_time.moment_text(value),
    )


@register.filter
def duration(seconds: float | None) -> str:
    """Seconds in words: '3 min 5 s'."""
    return NOTHING if seconds is None else firm_time.duration_text(float(seconds))


@register.filter
def money(value: Decimal | str | float | None) -> str:
    """Dollars: with cents below a million, without above."""
    if value is None or value == "":
        return NOTHING
    exact = Decimal(str(value))
    unit = CENT if abs(exact) < MILLION else Decimal(1)
    rounded = exact.quantize(unit, ROUND_HALF_UP)
    return f"{'-' if rounded < 0 else ''}${abs(rounded):,}"


@register.filter
def number(value: float | Decimal | None) -> str:
    """A number with thousands separators; an exact one keeps its digits."""
    return NOTHING if value is None else f"{value:,}"


@register.inclusion_tag("portal/parts/field.html")
def field(bound: forms.BoundField) -> dict[str, Any]:
    """A form field: label, input, help, error, each tied to the input for screen readers."""
    is_bad = bool(bound.errors)
    described = [part for part, is_there in ((f"{bound.id_for_label}_error", is_bad),) if is_there]
    described += [f"{bound.id_for_label}_help"] if bound.help_text else []
    attributes: dict[str, Any] = {"class": f"{css_class(bound)}{' is-invalid' if is_bad else ''}"}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if is_bad:
        attributes["aria-invalid"] = "true"
    widget = bound.as_widget(attrs=attributes)
    return {"bound": bound, "widget": widget, "is_check": isinstance(bound.field.widget, forms.CheckboxInput)}


def css_class(bound: forms.BoundField) -> str:
    """Tabler's class for an input of this kind."""
    match bound.field.widget:
        case forms.CheckboxInput():
            return "form-check-input"
        case forms.Select():
            return "form-select"
        case _:
            return "form-control"


@register.inclusion_tag("portal/parts/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, Any]:
    """What is to be mended in a form, with links to the fields; it takes the focus."""
    return {"form": form}


@register.inclusion_tag("portal/parts/empty.html")
def empty(title: str, text: str, *, href: str = "", action: str = "", icon_name: str = "info-circle") -> dict[str, Any]:
    """Why a list is empty, and what to do."""
    return {"title": title, "text": text, "href": href, "action": action, "icon_name": icon_name}


@register.inclusion_tag("portal/parts/autosave_field.html")
def autosave_field(bound: forms.BoundField, address: str, version: str) -> dict[str, Any]:
    """A field that saves by itself when it is changed; see portal/autosave.py."""
    return {"field": bound, "address": address, "version": version}


@register.filter
def entry(mapping: Mapping[Any, Any], key: object) -> Any:  # noqa: ANN401 - whatever the mapping holds
    """A dictionary's value by a key that is known only on the page."""
    return mapping.get(key)


@register.simple_tag
def address(route: str, *arguments: Any) -> str:  # noqa: ANN401 - what a route takes
    """A route's address; empty where its page is not there, so that no link leads nowhere."""
    return address_of(route, *arguments)
