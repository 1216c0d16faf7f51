"""How participants sign in from the recordkeeper's site: its OpenID Connect provider, set and removed."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from planbridge.enrollment.provider import (
    NewProvider,
    ProviderRefused,
    SignInProvider,
    provider_of,
    remove_provider,
    set_provider,
)
from planbridge.portal.page import render_page
from planbridge.portal.recordkeepers.connection_list import find_connection
from planbridge.portal.recordkeepers.form import NOT_SHOWN, secret
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.security.roles import Right

PAGE = "portal/recordkeepers/sign_in.html"
UNPROCESSABLE = 422


class SignInForm(forms.Form):
    """The provider's issuer, and what Planbridge is to it."""

    issuer = forms.CharField(
        label="Issuer",
        max_length=2000,
        help_text="The address of the recordkeeper's OpenID Connect provider, such as https://login.example.test.",
    )
    client_id = forms.CharField(label="Client id", max_length=500, help_text="What the provider calls Planbridge.")
    secret = secret("Client secret")


def initial_of(before: SignInProvider | None) -> dict[str, str]:
    """What the form shows of the stored provider."""
    return {"issuer": before.issuer, "client_id": before.client_id} if before else {}


@needs(Right.CHANGE_RECORDKEEPERS)
def sign_in(request: PortalRequest, connection_id: int) -> HttpResponseBase:
    """Set or change the provider."""
    connection = find_connection(request, connection_id)
    before = provider_of(connection.pk)
    form = SignInForm(request.POST or None, initial=initial_of(before))
    if before:
        form.fields["secret"].help_text = f"A secret is stored; type a new one to replace it. {NOT_SHOWN}"
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            set_provider(
                connection, NewProvider(said["issuer"], said["client_id"], said["secret"]), actor=request.user.actor
            )
        except ProviderRefused as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, "Participants can sign in from the recordkeeper's site.")
            return redirect("recordkeepers:sign_in", connection.pk)
    context = {
        "form": form,
        "connection": connection,
        "is_set": before is not None,
        "start": whole_address(request, reverse("enrollment:provider", args=[connection.pk])),
        "answer": whole_address(request, reverse("enrollment:provider_answer")),
    }
    return render_page(request, PAGE, context, status=UNPROCESSABLE if form.errors else 200)


def whole_address(request: PortalRequest, path: str) -> str:
    """A path with the address by which people reach this site."""
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)


@needs(Right.CHANGE_RECORDKEEPERS)
def sign_in_remove(request: PortalRequest, connection_id: int) -> HttpResponseBase:
    """Let participants in by invitation alone."""
    connection = find_connection(request, connection_id)
    if request.method == "POST":
        remove_provider(connection, actor=request.user.actor)
        messages.success(request, "Participants come by invitation alone.")
    return redirect("recordkeepers:sign_in", connection.pk)
