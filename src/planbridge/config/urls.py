"""All addresses: the portal, the Enrollment site, signing in, and health."""

from django.urls import include, path

from planbridge.portal import errors
from planbridge.portal.sign_in.lost_password import lost_password
from planbridge.portal.sign_in.provider import provider_callback, provider_login

# Pages of allauth without a place here: an Admin changes addresses and invites, and a provider's account belongs to
# whoever has its address.
WITHOUT_PLACE = (
    "email",
    "confirm-email",
    "confirm-email/<str:key>",
    "signup",
    "login/code/confirm",
    "3rdparty",
    "3rdparty/signup",
    "social/signup",
    "social/connections",
)
urlpatterns = [
    *(path(f"accounts/{page}/", errors.no_such_page) for page in WITHOUT_PLACE),
    path("accounts/password/reset/", lost_password),
    path("accounts/oidc/<str:provider_id>/login/", provider_login),
    path("accounts/oidc/<str:provider_id>/login/callback/", provider_callback),
    path("accounts/", include("allauth.urls")),
    path("enroll/", include("planbridge.enrollment.urls")),
    path("", include("planbridge.portal.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.fault
