"""The page of an invitation's link: a name, a password, and for the first Admin an e-mail address."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from planbridge.users.invitation import Invitation
from planbridge.users.invite import UserRefused, accept_invitation, open_invitation


class InvitationForm(forms.Form):
    """What somebody says who was invited."""

    email = forms.EmailField(label="E-mail address", help_text="You sign in with it.")
    name = forms.CharField(label="Your name", max_length=200)
    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters; several words are easy to remember and hard to guess.",
    )
    password_again = forms.CharField(
        label="Password, once more", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, invitation: Invitation, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "username"
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        if invitation.user is not None:
            self.fields["email"].disabled = True
            self.initial = {"email": invitation.user.email, "name": invitation.user.name}

    def clean(self) -> dict[str, Any]:
        """Both passwords are the same."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("password") != said.get("password_again"):
            self.add_error("password_again", "This is not the same password as above.")
        return said


@login_not_required
@never_cache
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Use an invitation; a link that was used or expired says so."""
    invitation = open_invitation(token)
    if invitation is None:
        return render(request, "portal/sign_in/link_used.html", status=410)
    form = InvitationForm(invitation, request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            accept_invitation(token, name=said["name"], email=said["email"], password=said["password"])
        except UserRefused as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            messages.success(request, "Your password is set. Sign in with it.")
            return redirect("account_login")
    context = {"form": form, "invitation": invitation}
    return render(request, "portal/sign_in/invitation.html", context, status=422 if form.errors else 200)
