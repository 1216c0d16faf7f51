"""A row of Plan Summary. No template: a list has a hundred of them [twice the time of the page]."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from planbridge.plans.plan import PlanStatus
from planbridge.plans.plan_list import LastRun, PlanRow
from planbridge.portal.layout import address_of
from planbridge.portal.templatetags.portal import freshness, moment, money, number, plan_status, run_status
from planbridge.schedules.freshness import Freshness, FreshnessState

register = template.Library()

NEVER = mark_safe('<span class="text-secondary">Never</span>')
NOT_SYNCED = mark_safe('<span class="text-secondary">Not synced: inactive</span>')
SECONDARY = '<div class="text-secondary">{}</div>'
WAITS = {PlanStatus.DRAFT, PlanStatus.ACTIVE_WITH_DRAFT}  # their status leads to the review of what waits
ROW = """
<tr>
  <td data-label="Plan"><div class="cut" title="{}"><a href="{}">{}</a></div><div class="text-secondary">{}</div></td>
  <td data-label="Status">{}</td>
  <td data-label="Recordkeeper">{}</td>
  <td data-label="Participants" class="number">{}</td>
  <td data-label="Assets" class="number">{}</td>
  <td data-label="Last Plan Sync">{}</td>
  <td data-label="Last Participant Sync">{}</td>
  <td data-label="Freshness">{}</td>
</tr>"""


@register.simple_tag
def plan_row(plan: PlanRow, fresh: Freshness | None) -> SafeString:
    """A plan with its figures; `fresh` None: it is not synced."""
    return format_html(
        ROW,
        plan.name,
        address_of("plans:details", plan.id),
        plan.name or "Name comes with the first sync",
        ", ".join(filter(None, (plan.external_plan_id, plan.employer_name))),
        plan_status(plan.status, address_of("plans:draft", plan.id) if plan.status in WAITS else ""),
        plan.recordkeeper,
        number(plan.people_count),
        money(plan.market_value_usd),
        last_run(plan.plan_sync),
        last_run(plan.participant_sync),
        fresh_cell(fresh),
    )


@register.simple_tag
def last_run(run: LastRun | None) -> SafeString:
    """How the last sync of a kind ended, with a link to it, and when."""
    if run is None:
        return NEVER
    status = run_status(run.status, address_of("activity:run", run.id)) if run.status else ""
    return format_html("{}" + SECONDARY, status, moment(run.ended_at))


def fresh_cell(fresh: Freshness | None) -> SafeString:
    """How fresh a plan's people are, why they are not, and the next attempt."""
    if fresh is None:
        return NOT_SYNCED
    reason = "" if fresh.state is FreshnessState.ON_TRACK else format_html(SECONDARY, fresh.reason)
    attempt = ""
    if fresh.next_attempt_at:
        attempt = format_html(SECONDARY, format_html("Next attempt {}", moment(fresh.next_attempt_at)))
    return format_html(
        '<div class="fresh"><span title="{}">{}</span>{}{}</div>', fresh.reason, freshness(fresh.state), reason, attempt
    )
