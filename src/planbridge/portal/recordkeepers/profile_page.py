"""The file profile of a drop folder: chosen among those that ship and the firm's own, uploaded, tried on a sample."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from planbridge.activity.problem import Problem
from planbridge.portal.page import render_page
from planbridge.portal.recordkeepers.connection_list import find_connection
from planbridge.portal.recordkeepers.profile_trial import ShownTrial, shown_name, try_upload
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.file_profile import FileProfile
from planbridge.recordkeepers.folder_settings import CANONICAL
from planbridge.recordkeepers.profile_choice import (
    OWN,
    ChoiceRefused,
    add_profile,
    chosen_name,
    own_profiles,
    profile_by,
    text_by,
    use_profile,
)
from planbridge.recordkeepers.profile_load import PROFILE_BYTES_MAX, ProfileRefused, shipped_profile, shipped_profiles
from planbridge.security.roles import Right

PAGE, TRIAL = "portal/recordkeepers/profile.html", "portal/recordkeepers/profile_trial.html"
SAMPLE_BYTES_MAX = 20 << 20
PROBLEMS_SHOWN = 100
UNPROCESSABLE = 422


@dataclass(frozen=True)
class ShownProfile:
    """A profile that can be chosen: its choice (profile_choice.use_profile), name, title, what it carries."""

    choice: str
    name: str
    title: str
    carries: str = ""
    own: FileProfile | None = None


class UploadForm(forms.Form):
    """A profile as a YAML file."""

    profile = forms.FileField(
        label="Profile (YAML)",
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
        help_text="At most 1 MiB. It is checked first; only one without a fault is kept, as a new version of its name.",
    )

    def clean_profile(self) -> "UploadedFile[bytes]":
        """Not more than a profile has."""
        return within(self.cleaned_data["profile"], PROFILE_BYTES_MAX, "A profile has at most 1 MiB.")


class SampleForm(forms.Form):
    """A sample, and the profile to read it by."""

    choice = forms.ChoiceField(label="Profile")
    sample = forms.FileField(
        label="Sample file",
        help_text="A file as the recordkeeper sends it, at most 20 MiB, not packed or encrypted. It is read and not kept.",
    )

    def clean_sample(self) -> "UploadedFile[bytes]":
        """Not more than a request should read."""
        return within(self.cleaned_data["sample"], SAMPLE_BYTES_MAX, "A sample has at most 20 MiB; cut it shorter.")


def within(upload: "UploadedFile[bytes]", most: int, said: str) -> "UploadedFile[bytes]":
    """The upload; raises ValidationError for one that is too large."""
    if (upload.size or 0) > most:
        raise forms.ValidationError(said)
    return upload


@needs(Right.CHANGE_RECORDKEEPERS)
@require_safe
def profile(request: PortalRequest, connection_id: int) -> HttpResponseBase:
    """Which there are, and which one the drop folder is read by."""
    return show(request, find_folder(request, connection_id))


@needs(Right.CHANGE_RECORDKEEPERS)
def use(request: PortalRequest, connection_id: int) -> HttpResponseBase:
    """Read the drop folder by another profile."""
    connection = find_folder(request, connection_id)
    if request.method == "POST":
        try:
            used = use_profile(connection, str(request.POST.get("choice", "")), actor=request.user.actor)
        except ChoiceRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"From the next sync on, files are read by {chosen_name(used)}.")
    return redirect("recordkeepers:profile", connection.pk)


@needs(Right.CHANGE_RECORDKEEPERS)
def upload(request: PortalRequest, connection_id: int) -> HttpResponseBase:
    """Check a profile, and keep it where nothing is wrong; else each problem with its line."""
    connection = find_folder(request, connection_id)
    if request.method != "POST":
        return redirect("recordkeepers:profile", connection.pk)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return show(request, connection, CameOf(upload_form=form))
    file = form.cleaned_data["profile"]
    try:
        added = add_profile(connection, file.read(), shown_name(file.name), actor=request.user.actor)
    except ProfileRefused as refused:
        return show(request, connection, CameOf(upload_form=form, problems=refused.problems))
    messages.success(request, f"{added} passed its check and is kept. Try it on a sample, then use it.")
    return redirect("recordkeepers:profile", connection.pk)


@needs(Right.CHANGE_RECORDKEEPERS)
@never_cache
def try_sample(request: PortalRequest, connection_id: int) -> HttpResponseBase:
    """What a profile makes of a sample; nothing is changed and the sample is not kept."""
    connection = find_folder(request, connection_id)
    if request.method != "POST":
        return redirect("recordkeepers:profile", connection.pk)
    form = sample_form(request, connection)
    if not form.is_valid():
        return show(request, connection, CameOf(try_form=form))
    chosen = profile_by(connection.firm_id, form.cleaned_data["choice"])
    if chosen is None:
        message = "There is no such profile in your firm."
        raise Http404(message)
    trial = try_upload(chosen, form.cleaned_data["sample"])
    return show(request, connection, CameOf(try_form=form, trial=trial))


@needs(Right.CHANGE_RECORDKEEPERS)
@require_safe
def download(request: PortalRequest, connection_id: int, choice: str) -> HttpResponseBase:
    """A profile's YAML, to begin an own one with."""
    found = text_by(find_folder(request, connection_id).firm_id, choice)
    if found is None:
        message = "There is no such profile in your firm."
        raise Http404(message)
    name, content = found
    response = HttpResponse(content, content_type="application/yaml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def find_folder(request: PortalRequest, connection_id: int) -> Connection:
    """A drop folder of the user's firm; 404 for any other recordkeeper."""
    found = find_connection(request, connection_id)
    if found.kind != ConnectionKind.FILES:
        message = "Only a drop folder has a file profile."
        raise Http404(message)
    return found


@dataclass(frozen=True)
class CameOf:
    """What came of an upload or a trial; nothing did where a page is only opened."""

    upload_form: UploadForm | None = None
    try_form: SampleForm | None = None
    problems: tuple[Problem, ...] = ()
    trial: ShownTrial | None = None

    @property
    def is_faulty(self) -> bool:
        """Whether something has to be mended first."""
        return bool(self.problems or any(one and one.errors for one in (self.upload_form, self.try_form)))


def show(request: PortalRequest, connection: Connection, came: CameOf | None = None) -> HttpResponse:
    """The page, with what came of an upload or a trial."""
    came = came or CameOf()
    context = {
        "connection": connection,
        "in_use": chosen_name(connection),
        "profiles": choices(connection),
        "upload_form": came.upload_form or UploadForm(),
        "try_form": came.try_form or sample_form(None, connection),
        "problems": came.problems[:PROBLEMS_SHOWN],
        "problems_left": max(0, len(came.problems) - PROBLEMS_SHOWN),
        "trial": came.trial,
    }
    part = TRIAL if came.try_form is not None else None
    return render_page(request, PAGE, context, part=part, status=UNPROCESSABLE if came.is_faulty else 200)


def sample_form(request: PortalRequest | None, connection: Connection) -> SampleForm:
    """The form for a sample; it begins with the profile in use."""
    own = connection.settings.get("own_profile")
    now = f"{OWN}{own['id']}" if own else connection.settings.get("profile")
    form = SampleForm(request.POST, request.FILES) if request else SampleForm(initial={"choice": now})
    offered = [(one.choice, f"{one.name} - {one.title}") for one in choices(connection) if one.choice != CANONICAL]
    form.fields["choice"] = forms.ChoiceField(label="Profile", choices=offered)
    return form


def choices(connection: Connection) -> list[ShownProfile]:
    """Everything that the drop folder may be read by, the firm's own first."""
    own = [
        ShownProfile(f"{OWN}{one.pk}", str(one), one.title, words_of(one.carries), one)
        for one in own_profiles(connection.firm)
    ]
    shipped = [
        ShownProfile(name, name, found.title, words_of(found.carries))
        for name in shipped_profiles()
        for found in (shipped_profile(name),)
    ]
    return [*own, ShownProfile(CANONICAL, CANONICAL, "Canonical deliveries with a manifest, nothing else"), *shipped]


def words_of(parts: Sequence[str]) -> str:
    """Parts of a participant, as people read them."""
    return ", ".join(part.replace("_", " ").replace("ytd", "year to date") for part in parts)
