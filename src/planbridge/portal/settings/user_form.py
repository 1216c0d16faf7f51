"""The forms of a user: inviting one, and what one may."""

from typing import Any

from django import forms

from planbridge.security.user import Role, User
from planbridge.users.change import Rights
from planbridge.users.invite import NewUser

FLAGS = ("may_view_sensitive_data", "may_activate_plans", "may_approve_held_runs")


class RightsForm(forms.Form):
    """Role and flags."""

    role = forms.ChoiceField(
        label="Role",
        choices=Role.choices,
        initial=Role.ADVISOR,
        help_text="An Admin sees all plans and changes users and settings; an Advisor works with the plans given to them; a Viewer reads those.",
    )
    may_view_sensitive_data = forms.BooleanField(
        label="View sensitive data", required=False, help_text="SSNs in full, one by one, with a reason, logged."
    )
    may_activate_plans = forms.BooleanField(label="Activate plans", required=False)
    may_approve_held_runs = forms.BooleanField(
        label="Approve held runs", required=False, help_text="Apply anyway or discard what the mass-change guard holds."
    )

    def flags(self) -> dict[str, bool]:
        """The flags of a valid form."""
        return {name: self.cleaned_data[name] for name in FLAGS}

    def rights(self, user: User) -> Rights:
        """What a valid form gives a user; whether they may sign in stays."""
        return Rights(Role(self.cleaned_data["role"]), **self.flags(), is_active=user.is_active)


class InviteForm(RightsForm):
    """A new user; also whether they see all plans."""

    email = forms.EmailField(label="E-mail address", help_text="They sign in with it.")
    name = forms.CharField(label="Name", max_length=200)
    sees_all_plans = forms.BooleanField(
        label="All plans of the firm",
        required=False,
        help_text="Also those added later. Else give them plans afterwards.",
    )
    field_order = ("email", "name", "role", *FLAGS, "sees_all_plans")

    def new_user(self) -> NewUser:
        """What a valid form says."""
        said = self.cleaned_data
        return NewUser(said["email"], said["name"], Role(said["role"]), **self.flags())


class UploadForm(forms.Form):
    """A CSV file with users."""

    users = forms.FileField(label="CSV file", widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}))


def initial_of(user: User) -> dict[str, Any]:
    """What a user may now, as the form begins with it."""
    return {name: getattr(user, name) for name in ("role", *FLAGS)}
