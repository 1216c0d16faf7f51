"""A row of the Activity Monitor. No template: a list has a hundred of them [twice the time of the page]."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from planbridge.activity.entry import Verb
from planbridge.activity.feed import FeedRow
from planbridge.portal.firm_time import moment_text
from planbridge.portal.layout import address_of
from planbridge.portal.templatetags.portal import duration, number, run_status

register = template.Library()

NAMED_CHARACTERS_MAX = 300
NONE = mark_safe('<span class="text-secondary">–</span>')  # noqa: RUF001 - a text of ours, with an en dash
THE_FIRM = mark_safe('<span class="text-secondary">The firm</span>')
ROW = """
<tr id="row-{}"{}>
  <td data-label="Activity type">{}</td>
  <td data-label="Plan">{}</td>
  <td data-label="Participant">{}</td>
  <td data-label="Recordkeeper">{}</td>
  <td data-label="Requested by"><div class="cut" title="{}">{}</div></td>
  <td data-label="Requested at" class="when">{}</td>
  <td data-label="Started">{}</td>
  <td data-label="Duration" class="number">{}</td>
  <td data-label="Read/Changed/Rejected" class="number">{}</td>
  <td data-label="Status">{}</td>
</tr>"""
OUT_OF_BAND = mark_safe(' hx-swap-oob="true"')


@register.simple_tag
def monitor_row(row: FeedRow, *, is_apart: bool = False) -> SafeString:
    """A row with its id; `is_apart`: it replaces the one that stands on the page."""
    return format_html(
        ROW,
        row.id,
        OUT_OF_BAND if is_apart else "",
        row.type_name,
        plan_cell(row),
        participant_cell(row),
        row.recordkeeper or "\N{EN DASH}",
        row.requested_by,
        row.requested_by,
        requested_cell(row.requested_at),
        started_cell(row),
        duration(row.elapsed_seconds),
        counts_cell(row),
        run_status(row.status, href_of(row)),
    )


def href_of(row: FeedRow) -> str:
    """Where the row's status leads: to its run, its submission, or what happened in words."""
    if row.is_run:
        return address_of("activity:run", row.id)
    if row.verb.startswith("submission_") and row.detail.get("receipt"):
        return address_of("submissions:submission", row.plan_id, row.detail["receipt"])
    return address_of("activity:entry", row.plan_id, row.id)


def plan_cell(row: FeedRow) -> SafeString:
    """The plan's name with a link, and its id."""
    if not row.external_plan_id:
        return THE_FIRM
    name = row.plan_name or row.external_plan_id
    return format_html(
        '<div class="cut" title="{}"><a href="{}">{}</a></div><div class="text-secondary">{}</div>',
        name,
        address_of("plans:details", row.plan_id),
        name,
        row.external_plan_id,
    )


def participant_cell(row: FeedRow) -> SafeString | str:
    """Whom the run was asked for by name: one with a link, several counted."""
    if len(row.participants) == 1:
        only = row.participants[0]
        return format_html('<a href="{}">{}</a>', address_of("people:person", row.plan_id, only), only)
    if row.participants:
        named = ", ".join(row.participants)
        shown = (
            named
            if len(named) <= NAMED_CHARACTERS_MAX
            else f"{named[: NAMED_CHARACTERS_MAX - 1]}\N{HORIZONTAL ELLIPSIS}"
        )
        return format_html('<span title="{}">{} people</span>', shown, number(len(row.participants)))
    return "All" if row.verb == Verb.PARTICIPANT_SYNC else NONE


def requested_cell(moment: datetime) -> SafeString:
    """Day and time on two lines, with the zone."""
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}"><span class="clock">{}</span> <span class="clock">{}</span></time>',
        local.isoformat(),
        seconds_text(local),
        f"{local:%b} {local.day}, {local.year}",
        f"{local.hour % 12 or 12}:{local:%M %p} {local.tzname()}",
    )


def started_cell(row: FeedRow) -> SafeString:
    """The time with seconds, with its day only where that is another one than the request's."""
    if row.started_at is None:
        return NONE
    local = timezone.localtime(row.started_at)
    is_same_day = local.date() == timezone.localtime(row.requested_at).date()
    shown = f"{local.hour % 12 or 12}:{local:%M:%S %p}" if is_same_day else moment_text(row.started_at)
    return format_html(
        '<time datetime="{}" title="{}"><span class="clock">{}</span></time>',
        local.isoformat(),
        seconds_text(local),
        shown,
    )


def seconds_text(local: datetime) -> str:
    """'Nov 22, 2026, 10:02:07 PM EST'."""
    return f"{local:%b} {local.day}, {local.year}, {local.hour % 12 or 12}:{local:%M:%S %p} {local.tzname()}"


def counts_cell(row: FeedRow) -> SafeString | str:
    """Read, changed and rejected of a run that ended."""
    if not row.is_run or row.is_open:
        return NONE
    return f"{number(row.read)} / {number(row.changed)} / {number(row.rejected)}"
