"""Renders a page, or for an HTMX request the part of it that changes."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.http import trigger_client_event

from planbridge.portal.request import PortalRequest


def render_page(
    request: PortalRequest, template: str, context: Mapping[str, Any], *, part: str | None = None, status: int = 200
) -> HttpResponse:
    """The page of a template; its `part` where HTMX asks for one (a filter, a sort, a next page)."""
    wants_part = part is not None and bool(request.htmx) and not request.htmx.history_restore_request
    response = render(request, part if part and wants_part else template, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    # One address, two contents: a browser going back must not show the part alone.
    if wants_part:
        response.headers["Cache-Control"] = "no-store"
    return response


def with_toast(response: HttpResponse, text: str) -> HttpResponse:
    """The response, with a sentence that the page shows for a while."""
    return trigger_client_event(response, "toast", {"text": text})
