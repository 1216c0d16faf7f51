"""All addresses: the portal, signing in, and health."""

from django.urls import include, path

from planbridge.portal import errors

urlpatterns = [
    # An Admin changes addresses and invites; these two of allauth's pages have no place here.
    path("accounts/email/", errors.no_such_page),
    path("accounts/signup/", errors.no_such_page),
    path("accounts/", include("allauth.urls")),
    path("", include("planbridge.portal.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.fault
