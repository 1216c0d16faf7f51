"""Plan defaults of the firm, and the limits of one plan: freshness, mass-change guard, second approver."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol, cast

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse

from planbridge.activity.conflict import ChangedMeanwhile, version_of
from planbridge.plans.freshness_target import HOURS_MAX, set_freshness_target
from planbridge.plans.guard_limits import PERCENT_MAX, set_guard_limit, set_plan_default
from planbridge.plans.lifecycle import set_second_approver, set_second_approver_default
from planbridge.plans.plan import Plan
from planbridge.portal.autosave import conflict, refused, saved, seen_version
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.firm import Firm
from planbridge.security.roles import Right, may

APPROVER = "needs_second_approver"
FIELDS = ("freshness_hours", "people_loss_percent_max", "money_move_percent_max", APPROVER)
YES, NO = "yes", "no"
ONLY_AN_ADMIN = "Only an Admin switches this off."


def percent(label: str, help_text: str) -> forms.DecimalField:
    """A percentage, two digits behind the point."""
    return forms.DecimalField(
        label=label, min_value=0, max_value=PERCENT_MAX, max_digits=5, decimal_places=2, help_text=help_text
    )


class LimitsForm(forms.Form):
    """Freshness target in hours, the guard's two limits in percent, and whether activation needs a second person."""

    freshness_hours = forms.IntegerField(
        label="Freshness target in hours",
        min_value=1,
        max_value=HOURS_MAX,
        help_text="Beyond it a plan is Late; beyond twice of it, or with no attempt to come, Stale.",
    )
    people_loss_percent_max = percent(
        "People lost, in percent",
        "A Participant Sync that would lose more of the plan's people than this, and at least five, is held for review.",
    )
    money_move_percent_max = percent(
        "Money moved, in percent",
        "One that would move more of the plan's money than this, without a change of prices, is held for review.",
    )
    needs_second_approver = forms.TypedChoiceField(
        label="Activation needs a second person",
        choices=((NO, "No"), (YES, "Yes")),
        coerce=lambda text: text == YES,
        help_text="With Yes, one person approves a draft and another one activates it; a rollback needs two people as well.",
    )


class PlanLimitsForm(LimitsForm):
    """The same for one plan, which may leave the freshness target to the firm.

    Who is no Admin never sends No: the second person would be switched off by the one person whom it is to stop.
    """

    def __init__(self, request: PortalRequest, plan: Plan, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        target = self.fields["freshness_hours"]
        target.required = False
        target.help_text = f"Empty: your firm's, {request.user.firm.freshness_hours} hours. {target.help_text}"
        if not may(request.user, Right.CHANGE_FIRM):
            self.hold_approver(is_yes=plan.needs_second_approver or request.method == "POST")

    def hold_approver(self, *, is_yes: bool) -> None:
        """Say that only an Admin says No; where it `is_yes`, or is to be, Yes is all there is to choose."""
        approver = cast("forms.TypedChoiceField", self.fields[APPROVER])
        approver.help_text = f"{approver.help_text} {ONLY_AN_ADMIN}"
        approver.error_messages["invalid_choice"] = ONLY_AN_ADMIN
        if is_yes:
            approver.choices = [(YES, "Yes")]


class Save(Protocol):
    """Saves one field of the form."""

    def __call__(self, name: str, value: Any, seen: str) -> None:  # noqa: ANN401 - what the field holds
        """Raises ChangedMeanwhile."""
        ...


@needs(Right.CHANGE_FIRM)
def plan_defaults(request: PortalRequest) -> HttpResponseBase:
    """What plans of the firm begin with."""
    firm = Firm.objects.get(pk=request.user.firm_id)

    def save(name: str, value: Any, seen: str) -> None:  # noqa: ANN401 - what the field holds
        if name == APPROVER:
            set_second_approver_default(firm, is_needed=value, seen=seen, actor=request.user.actor)
        else:
            set_plan_default(firm, name, value, seen=seen, actor=request.user.actor)

    address, values = reverse("settings:plan_defaults"), {name: getattr(firm, name) for name in FIELDS}
    if request.method == "POST":
        return save_field(request, LimitsForm(typed(request, values)), address, save, values)
    context = {"form": LimitsForm(as_shown(values)), "address": address, "versions": versions_of(values)}
    return render_page(request, "portal/settings/plan_defaults.html", context)


@needs(Right.EDIT_PLANS)
def plan_limits(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """The freshness target, the guard's limits and the second approver of one plan."""
    plan = find_plan(request, plan_id)

    def save(name: str, value: Any, seen: str) -> None:  # noqa: ANN401 - what the field holds
        if name == "freshness_hours":
            set_freshness_target(plan, value, seen=seen, actor=request.user.actor)
        elif name == APPROVER:
            set_second_approver(plan, is_needed=value, seen=seen, actor=request.user.actor)
        else:
            set_guard_limit(plan, name, value, seen=seen, actor=request.user.actor)

    address, values = reverse("settings:plan_limits", args=[plan.pk]), {name: getattr(plan, name) for name in FIELDS}
    if request.method == "POST":
        return save_field(request, PlanLimitsForm(request, plan, typed(request, values)), address, save, values)
    form = PlanLimitsForm(request, plan, as_shown(values))
    context = {"form": form, "plan": plan, "address": address, "versions": versions_of(values)}
    return render_page(request, "portal/settings/plan_limits.html", context)


def save_field(
    request: PortalRequest, form: LimitsForm, address: str, save: Save, values: Mapping[str, Any]
) -> HttpResponse:
    """Save the field that the request brings, unless somebody else changed it since it was shown."""
    name = next((one for one in FIELDS if one in request.POST), FIELDS[0])
    bound = form[name]
    if bound.errors:
        return refused(request, bound, address, " ".join(map(str, bound.errors)))
    value = form.cleaned_data[name]
    try:
        save(name, value, seen_version(request))
    except ChangedMeanwhile:
        now = values[name]
        return conflict(request, bound, address, theirs=text_of(now), version=version_of(now))
    stored = Decimal(value).quantize(Decimal("0.01")) if isinstance(value, Decimal) else value
    return saved(request, bound, address, version_of(stored))


def typed(request: PortalRequest, values: Mapping[str, Any]) -> dict[str, Any]:
    """The form's data: what stands, and the one field that was typed."""
    return as_shown(values) | {name: request.POST[name] for name in FIELDS if name in request.POST}


def as_shown(values: Mapping[str, Any]) -> dict[str, str]:
    """Values as the fields show them: 5 and not 5.00."""
    return {name: text_of(value) for name, value in values.items()}


def text_of(value: Decimal | int | bool | None) -> str:  # noqa: FBT001 - one of the kinds of values
    """A number as it is typed, yes or no; empty for none."""
    if isinstance(value, bool):
        return YES if value else NO
    return "" if value is None else f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def versions_of(values: Mapping[str, Any]) -> dict[str, str]:
    """The token of each value."""
    return {name: version_of(value) for name, value in values.items()}
