"""The form of a task: which sync, when, of which plans; only what the chosen frequency asks for is asked."""

import calendar
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from planbridge.plans.access import plans_of
from planbridge.plans.models import Plan
from planbridge.portal.long_select import LongSelect
from planbridge.portal.table import numbers_of
from planbridge.recordkeepers.connection import Connection
from planbridge.schedules.next_run import next_run
from planbridge.schedules.rule import BusinessDays, Frequency, Rule, RuleInvalid, check_rule, known_time_zones
from planbridge.schedules.task_type import CHOICES, task_type_of
from planbridge.schedules.terms import WINDOW_MINUTES_MAX, ScheduleTerms
from planbridge.security.roles import Right, may
from planbridge.security.user import User
from planbridge.sync.run import RunKind

ALL, SELECTED = "all", "selected"
NOT_FOR_ALL = (
    "Tasks for all plans are for Admins, and for Advisors who see all plans of the firm, also those added later."
)
LISTED_MAX = 300
FREQUENCIES = [
    (Frequency.DAILY.value, "Daily"),
    (Frequency.WEEKLY.value, "Weekly"),
    (Frequency.MONTHLY.value, "Monthly"),
    (Frequency.SPECIFIC_DATE.value, "Specific Date"),
    (Frequency.CRON.value, "Cron expression"),
]
BUSINESS_DAYS = [
    (BusinessDays.ANY.value, "Run all the same"),
    (BusinessDays.NEXT.value, "Run on the next market day"),
    (BusinessDays.SKIP.value, "Do not run"),
]
# The fields that each frequency asks for, beside the time zone.
ASKS = {
    Frequency.DAILY: ("at",),
    Frequency.WEEKLY: ("weekday", "at"),
    Frequency.MONTHLY: ("day_of_month", "at"),
    Frequency.SPECIFIC_DATE: ("on_date", "at"),
    Frequency.CRON: ("cron",),
}
ASKED_BY_SOME = ("weekday", "day_of_month", "on_date", "cron", "at")
# It stays on the page whatever is chosen, so that no answer of the server writes over a time that is being typed.
ALWAYS_SHOWN = "at"
RULE_FIELDS = ("frequency", *ASKED_BY_SOME, "time_zone", "business_days")
ZONES = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones() & known_time_zones())]


class ScheduleForm(forms.Form):
    """A task as a person fills it in."""

    task_type = forms.ChoiceField(label="Task type", choices=CHOICES, initial=RunKind.PARTICIPANTS)
    is_on = forms.ChoiceField(label="Status", choices=[("on", "On"), ("off", "Off")], initial="on")
    frequency = forms.ChoiceField(label="Frequency", choices=FREQUENCIES, initial=Frequency.DAILY.value)
    weekday = forms.TypedChoiceField(label="Day", coerce=int, choices=list(enumerate(calendar.day_name)))
    day_of_month = forms.IntegerField(
        label="Day of month", min_value=1, max_value=31, help_text="31 means the last day of a shorter month."
    )
    on_date = forms.DateField(label="Date", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    cron = forms.CharField(
        label="Cron expression",
        max_length=200,
        help_text="Minute, hour, day of month, month, day of week: 0 2 * * 1-5 is 2:00 AM from Monday to Friday.",
    )
    at = forms.TimeField(
        label="Desired Processing Time", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), initial="03:00"
    )
    time_zone = forms.ChoiceField(label="Time zone", choices=ZONES, widget=LongSelect)
    business_days = forms.ChoiceField(
        label="On days when the NYSE is closed", choices=BUSINESS_DAYS, initial=BusinessDays.ANY.value
    )
    window_minutes = forms.IntegerField(
        label="Window in minutes",
        min_value=0,
        max_value=WINDOW_MINUTES_MAX,
        initial=120,
        help_text="Many plans are spread over so many minutes, to spare the recordkeeper; 0 asks for all at once.",
    )
    plans = forms.ChoiceField(label="Plans", choices=[(ALL, "All plans"), (SELECTED, "Selected plans")], initial=ALL)
    connection = forms.ModelChoiceField(
        Connection.objects.none(), label="Recordkeeper", required=False, empty_label="Any",
        help_text="Only plans of this recordkeeper.",
    )  # fmt: skip
    plan = forms.ModelMultipleChoiceField(Plan.objects.none(), label="Selected plans", required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, user: User, *args: Any, kept: frozenset[int] = frozenset(), **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        """`kept`: plans that stay selected, too many to be listed."""
        super().__init__(*args, **kwargs)
        self.user, self.kept = user, kept
        self.offer(Connection.objects.filter(firm_id=user.firm_id).order_by("name"), plans_of(user))
        if not may(user, Right.SCHEDULE_ALL_PLANS):
            choices = [(SELECTED, "Selected plans")]
            self.fields["plans"] = forms.ChoiceField(label="Plans", choices=choices, help_text=NOT_FOR_ALL)
        self.initial.setdefault("time_zone", user.firm.time_zone)
        for name in ASKED_BY_SOME:
            self.fields[name].required = name in self.asked or name == ALWAYS_SHOWN
            self.fields[name].error_messages["required"] = "Fill it in: the frequency asks for it."

    def offer(self, connections: QuerySet[Connection], plans: QuerySet[Plan]) -> None:
        """Offer these connections and plans, and no others."""
        for name, choices in (("connection", connections), ("plan", plans)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - as declared above; for the types
            field.queryset = choices

    @property
    def asked(self) -> tuple[str, ...]:
        """The names of the fields that the chosen frequency asks for."""
        chosen = self["frequency"].value()
        return ASKS[Frequency(chosen)] if chosen in set(Frequency) else ("at",)

    @property
    def asked_fields(self) -> list[forms.BoundField]:
        """The fields that the chosen frequency asks for, but for the one that is always there."""
        return [self[name] for name in self.asked if name != ALWAYS_SHOWN]

    @property
    def takes_all(self) -> bool:
        """Whether the task is for all plans."""
        return bool(self["plans"].value() == ALL)

    def clean(self) -> dict[str, Any]:
        """The rule can be kept, will run, and there are plans."""
        said: dict[str, Any] = super().clean() or {}
        if ALWAYS_SHOWN not in self.asked:
            self.errors.pop(ALWAYS_SHOWN, None)
        place = next((name for name in ("on_date", "cron", "day_of_month") if name in self.asked), "frequency")
        try:
            if (rule := self.rule()) is not None:
                check_rule(rule)
                if next_run(timezone.now(), rule) is None:
                    self.add_error(place, "This never runs any more; choose a day that is still to come.")
        except RuleInvalid as invalid:
            self.add_error(place, str(invalid))
        if said.get("plans") == SELECTED and not (said.get("plan") or self.kept or self.has_error("plan")):
            self.add_error("plan", "Select at least one plan.")
        return said

    def rule(self) -> Rule | None:
        """When the task runs; None while what that takes is missing or wrong."""
        said = self.cleaned_data
        if any(name not in said for name in ("frequency", "time_zone", "business_days", *self.asked)):
            return None
        given = {name: said[name] for name in self.asked}
        return Rule(
            Frequency(said["frequency"]), said["time_zone"], business_days=BusinessDays(said["business_days"]), **given
        )

    def has_rule_error(self) -> bool:
        """Whether something is wrong with when the task runs."""
        return any(self.has_error(name) for name in RULE_FIELDS)

    def terms(self) -> ScheduleTerms:
        """The terms of a valid form."""
        said, rule = self.cleaned_data, self.rule()
        assert rule is not None  # noqa: S101 - a valid form has one; for the types
        picked = frozenset(plan.pk for plan in said["plan"]) | self.kept
        plan_ids = None if said["plans"] == ALL else picked
        return ScheduleTerms(
            task_type_of(said["task_type"]), rule, plan_ids, said["connection"], said["window_minutes"]
        )

    def chosen_plans(self) -> list[Plan]:
        """The plans that are selected now, as the page lists them."""
        field = self.fields["plan"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - as declared above; for the types
        wanted = numbers_of(map(str, self["plan"].value() or ()))
        offered = Plan.objects.none() if field.queryset is None else field.queryset  # asked for its truth it reads all
        return list(offered.filter(pk__in=wanted).order_by("name", "pk"))


def initial_of(terms: ScheduleTerms, *, is_on: bool, version: int) -> dict[str, Any]:
    """A stored task as the form begins with it."""
    rule = terms.rule
    return {
        "task_type": terms.task_type,
        "is_on": "on" if is_on else "off",
        "frequency": rule.frequency.value,
        "weekday": rule.weekday,
        "day_of_month": rule.day_of_month,
        "on_date": rule.on_date,
        "cron": rule.cron,
        "at": rule.at,
        "time_zone": rule.time_zone,
        "business_days": rule.business_days.value,
        "window_minutes": terms.window_minutes,
        "plans": ALL if terms.plan_ids is None else SELECTED,
        "connection": terms.connection,
        "plan": sorted(terms.plan_ids or ()) if len(terms.plan_ids or ()) <= LISTED_MAX else [],
        "version": version,
    }
