"""A person's SSN: masked, and with a reason shown in full once, for a minute."""

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget

from planbridge.participants.lookup import person_now
from planbridge.participants.models import Participant
from planbridge.participants.reveal import REASON_CHARACTERS_MAX, RevealRefused, reveal_ssn
from planbridge.plans.plan import Plan
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right, may

MASKED, REVEALED, FORM = "portal/people/ssn.html", "portal/people/ssn_revealed.html", "portal/people/reveal_form.html"


class RevealForm(forms.Form):
    """Why somebody needs an SSN."""

    reason = forms.CharField(
        label="Reason",
        error_messages={"required": "Say what you need it for."},
        max_length=REASON_CHARACTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text="Kept with your name and the time, for the firm's Admins to read.",
    )


@needs(Right.SEE_PLANS, to_change=Right.REVEAL_SENSITIVE_DATA)
@require_http_methods(["GET", "POST"])
def ssn(request: PortalRequest, plan_id: int, participant_id: str) -> HttpResponseBase:
    """The masked SSN; in full for a reason, which is logged before."""
    plan = find_plan(request, plan_id)
    if request.method == "POST":
        response = revealed(request, plan, participant_id)
    elif request.htmx:
        response = masked(request, plan, participant_id)
    else:
        return redirect("people:person", plan_id=plan.pk, participant_id=participant_id)
    response.headers["Cache-Control"] = "no-store"
    return response


def masked(request: PortalRequest, plan: Plan, participant_id: str) -> HttpResponse:
    """The part of the page with the last four digits alone."""
    person = person_now(plan.pk, participant_id)
    if person is None:
        message = "There is no such person in this plan."
        raise Http404(message)
    may_reveal = may(request.user, Right.REVEAL_SENSITIVE_DATA)
    context = {"plan": plan, "participant_id": participant_id, "person": person, "may_reveal": may_reveal}
    return render(request, MASKED, context)


def revealed(request: PortalRequest, plan: Plan, participant_id: str) -> HttpResponse:
    """The part of the page with the SSN in full; the form once more where the reason does not do (422)."""
    form, context = RevealForm(request.POST), {"plan": plan, "participant_id": participant_id}
    if form.is_valid():
        try:
            digits = reveal_ssn(plan.pk, participant_id, reason=form.cleaned_data["reason"], user=request.user)
        except Participant.DoesNotExist as missing:
            message = "There is no such person in this plan."
            raise Http404(message) from missing
        except RevealRefused as refused:
            form.add_error("reason", str(refused))
        else:
            return render(request, REVEALED, context | {"digits": digits, "form": RevealForm()})
    response = render(request, FORM, context | {"form": form}, status=422)
    return reswap(retarget(response, "#reveal-form"), "outerHTML")
