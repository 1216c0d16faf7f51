"""A request as the portal's views get it: of a signed-in user, with what HTMX says of it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from planbridge.security.user import User


class PortalRequest(HttpRequest):
    """For annotations: the middleware of config/settings.py sees to both."""

    user: User
    htmx: HtmxDetails
