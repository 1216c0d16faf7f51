"""Managed-account providers of the firm: the list, adding one, and its page with fields that save by themselves."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from planbridge.activity.conflict import ChangedMeanwhile, version_of
from planbridge.plans.access import plans_of
from planbridge.plans.path_checks import lacks_of_provider
from planbridge.plans.path_uses import plans_with_provider
from planbridge.plans.provider import FEE_NOTE_CHARACTERS_MAX, NAME_CHARACTERS_MAX, ManagedAccountProvider
from planbridge.plans.providers import FIELDS, NO, YES, ProviderRefused, add_provider, edit_provider, value_of
from planbridge.portal.autosave import conflict, refused, saved, seen_version
from planbridge.portal.layout import address_of
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.security.roles import Right, may
from planbridge.security.user import User

STATE = "portal/settings/provider_state.html"
PLANS_SHOWN = 20


class NewProviderForm(forms.Form):
    """A provider's name; the rest is edited on its page."""

    name = forms.CharField(label="Name", max_length=NAME_CHARACTERS_MAX, help_text="As participants know the provider.")


class ProviderForm(NewProviderForm):
    """What participants are told of a provider; what is typed is judged where it is saved."""

    use_required_attribute = False
    methodology = forms.CharField(
        label="Methodology",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="How the provider decides what a participant's money is invested in, in words that a participant understands.",
    )
    fee_percent = forms.CharField(
        label="Fee, in percent of assets a year",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text="For example 0.35. 0 means that it costs nothing; empty, that it is not known yet.",
    )
    fee_note = forms.CharField(
        label="Note on the fee",
        required=False,
        max_length=FEE_NOTE_CHARACTERS_MAX,
        help_text="For example when it is taken, or from which balance on it is lower.",
    )
    disclosure = forms.CharField(
        label="Disclosure",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What a participant has to be told before they choose the provider.",
    )
    is_active = forms.ChoiceField(
        label="Offered to plans",
        choices=[(YES, "Yes"), (NO, "No")],
        help_text="Plans that chose the provider before keep it.",
    )


@dataclass(frozen=True)
class ShownProvider:
    """A provider and what it still needs."""

    one: ManagedAccountProvider
    lacks: list[str]


def providers_of(user: User) -> QuerySet[ManagedAccountProvider]:
    """The providers of a user's firm, by name."""
    return ManagedAccountProvider.objects.filter(firm_id=user.firm_id).order_by("name")


def find_provider(request: PortalRequest, provider_id: int) -> ManagedAccountProvider:
    """A provider of the user's firm; 404 for any other."""
    found = providers_of(request.user).filter(pk=provider_id).first()
    if found is None:
        message = "There is no such provider in your firm."
        raise Http404(message)
    return found


@needs(Right.SEE_FIRM)
@require_safe
def provider_list(request: PortalRequest) -> HttpResponseBase:
    """All of them: a firm has a handful."""
    shown = [ShownProvider(one, lacks_of_provider(one.as_value())) for one in providers_of(request.user)]
    return render_page(request, "portal/settings/providers.html", {"shown": shown})


@needs(Right.CHANGE_FIRM)
def new_provider(request: PortalRequest) -> HttpResponseBase:
    """Add a provider by its name."""
    form = NewProviderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = add_provider(request.user.firm, form.cleaned_data["name"], actor=request.user.actor)
        except ProviderRefused as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"{added} is added. Describe the provider now: plans need all of it.")
            return redirect("settings:provider", added.pk)
    context = {"form": form}
    return render_page(request, "portal/settings/provider_new.html", context, status=422 if form.errors else 200)


@needs(Right.SEE_FIRM, to_change=Right.CHANGE_FIRM)
def provider(request: PortalRequest, provider_id: int) -> HttpResponseBase:
    """Show a provider; save the one field that was changed."""
    one = find_provider(request, provider_id)
    if request.method == "POST":
        return save_field(request, one)
    plans = plans_with_provider(plans_of(request.user).defer("document"), one)
    form = ProviderForm(initial=values_of(one))
    context = state_of(one) | {
        "form": form,
        "address": address_of("settings:provider", one.pk),
        "versions": {name: version_of(value) for name, value in values_of(one).items()},
        "may_edit": may(request.user, Right.CHANGE_FIRM),
        "plans": plans[:PLANS_SHOWN],
        "plan_count": plans.count(),
    }
    return render_page(request, "portal/settings/provider.html", context)


def save_field(request: PortalRequest, one: ManagedAccountProvider) -> HttpResponse:
    """Save the field that the request brings, unless somebody else changed it since it was shown."""
    address, now = address_of("settings:provider", one.pk), values_of(one)
    name = next((field for field in FIELDS if field in request.POST), "name")
    text = str(request.POST.get(name, ""))
    bound = ProviderForm(initial=now | {name: text})[name]
    try:
        after = edit_provider(one, name, text, seen=seen_version(request), actor=request.user.actor)
    except ChangedMeanwhile:
        theirs = value_of(find_provider(request, one.pk), name)
        return conflict(request, bound, address, theirs=theirs, version=version_of(theirs))
    except ProviderRefused as error:
        return refused(request, bound, address, str(error))
    stands = ProviderForm(initial=values_of(after))[name]
    answer = saved(request, stands, address, version_of(value_of(after, name)))
    answer.write(render_to_string(STATE, state_of(after) | {"is_apart": True}, request))
    return answer


def values_of(one: ManagedAccountProvider) -> dict[str, str]:
    """Each field as it is typed."""
    return {name: value_of(one, name) for name in FIELDS}


def state_of(one: ManagedAccountProvider) -> dict[str, Any]:  # Any: a template's context
    """A provider and what it still needs."""
    return {"one": one, "lacks": lacks_of_provider(one.as_value())}
