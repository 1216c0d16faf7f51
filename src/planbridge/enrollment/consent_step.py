"""The consent step: a spouse who is not the only main beneficiary has agreed in writing, before a witness."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from planbridge.enrollment.answered import heir_of
from planbridge.enrollment.elections import Heir, HeirClass
from planbridge.enrollment.kept_visit import Answer
from planbridge.enrollment.objection import percent_text
from planbridge.enrollment.spouse import consent_for, consented_to, is_consent_asked
from planbridge.enrollment.step_form import StepForm
from planbridge.enrollment.visit import Visit

NAME_CHARACTERS_MAX = 100
WITNESSES = (("notary", gettext_lazy("A notary public")), ("plan", gettext_lazy("Someone from my employer's plan")))


class ConsentForm(StepForm):
    """Who agreed, when, and who saw it."""

    slug = "consent"
    is_signed = forms.BooleanField(
        label=gettext_lazy("My husband or wife signed a paper that names these beneficiaries"),
        error_messages={
            "required": gettext_lazy("Check this box if they signed. If not, go back and change your beneficiaries.")
        },
    )
    spouse_name = forms.CharField(
        label=gettext_lazy("Full name of your husband or wife"),
        max_length=NAME_CHARACTERS_MAX,
        error_messages={"required": gettext_lazy("Type the name of your husband or wife.")},
    )
    given_on = forms.DateField(
        label=gettext_lazy("Day on which they signed"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Choose the day on which they signed."),
            "invalid": gettext_lazy("Type the day like this: 2026-11-20."),
        },
    )
    witness = forms.ChoiceField(
        label=gettext_lazy("Who saw them sign?"),
        choices=WITNESSES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who saw them sign.")},
    )
    witness_name = forms.CharField(
        label=gettext_lazy("Full name of the person who saw it"),
        max_length=NAME_CHARACTERS_MAX,
        error_messages={"required": gettext_lazy("Type the name of the person who saw it.")},
    )

    def initial_of(self, answer: Answer | None) -> dict[str, Any]:
        """What was answered before, if it was for these beneficiaries."""
        given = consent_for(answer, heirs_answered(self.visit))
        if given is None:
            return {}
        return {**given, "given_on": date.fromisoformat(given["given_on"]), "is_signed": True}

    def clean_given_on(self) -> date:
        """Nobody has signed tomorrow."""
        given: date = self.cleaned_data["given_on"]
        if given > self.visit.today:
            raise forms.ValidationError(gettext("This day has not come yet. Choose the day on which they signed."))
        return given

    def clean(self) -> dict[str, Any]:
        """Nobody sees their own signature."""
        values = self.cleaned_data
        names = {str(values.get(name, "")).strip().casefold() for name in ("spouse_name", "witness_name")}
        if not self.errors and len(names) == 1:
            self.add_error("witness_name", gettext("The person who saw it must be someone else."))
        return values

    def answer(self) -> Answer:
        """The consent, and the beneficiaries for which it was given."""
        values = self.cleaned_data
        return {
            "spouse_name": values["spouse_name"],
            "given_on": values["given_on"].isoformat(),
            "witness": values["witness"],
            "witness_name": values["witness_name"],
            "to": consented_to(heirs_answered(self.visit)),
        }

    def said(self) -> dict[str, Any]:
        """The main beneficiaries to whom the spouse agrees."""
        heirs = [one for one in heirs_answered(self.visit) if one.heir_class == HeirClass.PRIMARY]
        return {"heirs": [(one.name, percent_text(one.percent)) for one in heirs]}


def heirs_answered(visit: Visit) -> list[Heir]:
    """The beneficiaries that were answered."""
    return [heir_of(one) for one in visit.answers.get("beneficiaries", {}).get("heirs") or ()]


def is_consent_needed(visit: Visit) -> bool:
    """Whether the spouse must agree to the beneficiaries that were answered."""
    return is_consent_asked(visit, heirs_answered(visit))
