"""Fields that save by themselves: what they send, and the answers - saved, refused, or changed by somebody else."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from planbridge.portal.firm_time import clock_text
from planbridge.portal.request import PortalRequest

FIELD = "portal/parts/autosave_field.html"


def seen_version(request: PortalRequest) -> str:
    """The token of what the person saw when the field was shown."""
    return str(request.POST.get("version", ""))


def saved(request: PortalRequest, bound: forms.BoundField, address: str, version: str) -> HttpResponse:
    """The field anew, with 'Saved 10:02 PM'; `version` is the token of the value that now stands."""
    said = f"Saved {clock_text(timezone.now())}"
    return render(request, FIELD, {"field": bound, "address": address, "version": version, "said": said})


def refused(request: PortalRequest, bound: forms.BoundField, address: str, error: str) -> HttpResponse:
    """The field with what the person typed and why it was not saved (422)."""
    context = {"field": bound, "address": address, "version": seen_version(request), "error": error}
    return render(request, FIELD, context, status=422)


def conflict(
    request: PortalRequest, bound: forms.BoundField, address: str, *, theirs: str, version: str
) -> HttpResponse:
    """Both values and two buttons (409): `theirs` stands now, under `version`; the form has what was typed."""
    context: Mapping[str, Any] = {
        "field": bound,
        "address": address,
        "version": version,
        "theirs": theirs,
        "mine": bound.value(),
    }
    return render(request, "portal/parts/autosave_conflict.html", dict(context), status=409)
