"""The step of personal data: shown as held; only the name can be changed here, the rest is the employer's to change."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from planbridge.enrollment.kept_visit import Answer
from planbridge.enrollment.objection import dollars
from planbridge.enrollment.step_form import StepForm

NAME_CHARACTERS_MAX = 300


class PersonalForm(StepForm):
    """First and last name."""

    slug = "personal"
    first_name = forms.CharField(
        label=gettext_lazy("First name"),
        max_length=NAME_CHARACTERS_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        error_messages={"required": gettext_lazy("Enter your first name.")},
    )
    last_name = forms.CharField(
        label=gettext_lazy("Last name"),
        max_length=NAME_CHARACTERS_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
        error_messages={"required": gettext_lazy("Enter your last name.")},
    )

    def initial_of(self, answer: Answer | None) -> dict[str, Any]:
        """The name answered before, or the one held."""
        first_name, last_name = self.visit.names
        return answer or {"first_name": first_name, "last_name": last_name}

    def said(self) -> dict[str, Any]:
        """The yearly pay, where it is known."""
        pay = self.visit.person.annual_compensation
        return {"pay": "" if pay is None else dollars(pay)}
