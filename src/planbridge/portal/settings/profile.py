"""The page of one's own profile: name and time zone, each saved by itself."""

from zoneinfo import available_timezones

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse

from planbridge.activity.conflict import ChangedMeanwhile, version_of
from planbridge.portal.autosave import conflict, refused, saved, seen_version
from planbridge.portal.long_select import LongSelect
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.security.roles import Right
from planbridge.security.user import User
from planbridge.users.change import change_profile
from planbridge.users.invite import UserRefused

ZONES = [("", "The firm's"), *((zone, zone.replace("_", " ")) for zone in sorted(available_timezones()))]


class ProfileForm(forms.Form):
    """What a user says of themselves."""

    name = forms.CharField(label="Name", max_length=200, help_text="It stands beside what you do.")
    time_zone = forms.ChoiceField(
        label="Time zone",
        required=False,
        choices=ZONES,
        widget=LongSelect,
        help_text="Times on all pages are in this zone.",
    )


@needs(Right.CHANGE_OWN_PROFILE)
def profile(request: PortalRequest) -> HttpResponseBase:
    """Show the profile; save the one field that was changed."""
    if request.method == "POST":
        return save_field(request)
    user = request.user
    form = ProfileForm(initial={"name": user.name, "time_zone": user.time_zone})
    context = {
        "form": form,
        "address": reverse("settings:profile"),
        "versions": {name: version_of(getattr(user, name)) for name in form.fields},
    }
    return render_page(request, "portal/settings/profile.html", context)


def save_field(request: PortalRequest) -> HttpResponse:
    """Save the field that the request brings, unless somebody else changed it since it was shown."""
    user, address = request.user, reverse("settings:profile")
    (name,) = [name for name in ProfileForm.base_fields if name in request.POST][:1] or ["name"]
    values = {field: getattr(user, field) for field in ProfileForm.base_fields} | {name: request.POST.get(name, "")}
    bound = ProfileForm(values)[name]
    if bound.errors:
        return refused(request, bound, address, " ".join(map(str, bound.errors)))
    try:
        change_profile(user, field=name, value=str(values[name]), seen=seen_version(request), actor=user.actor)
    except ChangedMeanwhile:
        now = str(getattr(User.objects.get(pk=user.pk), name))
        return conflict(request, bound, address, theirs=now, version=version_of(now))
    except UserRefused as error:
        return refused(request, bound, address, str(error))
    return saved(request, bound, address, version_of(getattr(user, name)))
