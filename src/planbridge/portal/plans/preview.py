"""What participants of a plan see now: the version that was activated, and nothing of any draft; to be read only."""

from dataclasses import dataclass

from django import forms
from django.http import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from planbridge.enrollment.offer import Offer, default_fund_for, offer_of
from planbridge.plans.investment_paths import PathKind
from planbridge.plans.terms import Fund
from planbridge.portal.page import render_page
from planbridge.portal.plans.frame import plan_frame
from planbridge.portal.plans.paths import choices_of
from planbridge.portal.plans.paths_read import read_paths
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right

PAGE, PART = "portal/plans/preview.html", "portal/plans/preview_default.html"
RETIREMENT_AGE = 67  # what the Enrollment site begins with; a participant may choose another
AGE_MIN, AGE_MAX, AGE_SHOWN = 15, 100, 40


class BirthYearForm(forms.Form):
    """The birth year of a participant for whom the default fund is shown."""

    # No number box: a browser keeps what is beyond its ends from being sent, and says nothing.
    birth_year = forms.IntegerField(
        label="Birth year", widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4, "size": 6})
    )

    def clean_birth_year(self) -> int:
        """A year in which somebody who works may have been born."""
        year: int = self.cleaned_data["birth_year"]
        first, last = timezone.localdate().year - AGE_MAX, timezone.localdate().year - AGE_MIN
        if not first <= year <= last:
            message = f"Write a year from {first} to {last}."
            raise forms.ValidationError(message)
        return year


@dataclass(frozen=True)
class DefaultShown:
    """The default fund of somebody born in a year; None: none serves the year of their retirement."""

    birth_year: str  # texts, so that the page gives years no thousands separators
    retirement_year: str
    fund: Fund | None


@needs(Right.SEE_PLANS)
@require_safe
def preview(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """The page; for HTMX the default fund alone."""
    plan = find_plan(request, plan_id)
    offer = offer_of(plan)
    given = request.GET.get("birth_year")
    form = BirthYearForm({"birth_year": timezone.localdate().year - AGE_SHOWN if given is None else given})
    context = plan_frame(request, plan, "paths") | {"offer": offer, "form": form}
    if offer is not None:
        has_default = PathKind.DEFAULT_INVESTMENT in offer.offered
        context |= {
            "shown": read_paths(offer.content, choices_of(plan, offer.paths)),
            "has_default": has_default,
            "default": default_of(offer, form.cleaned_data["birth_year"]) if has_default and form.is_valid() else None,
        }
    return render_page(request, PAGE, context, part=PART, status=200 if form.is_valid() else 422)


def default_of(offer: Offer, birth_year: int) -> DefaultShown:
    """The default fund of somebody born in a year, who retires at the usual age."""
    year = birth_year + RETIREMENT_AGE
    return DefaultShown(str(birth_year), str(year), default_fund_for(offer, year))
