"""The portal's addresses: one module of routes for each area."""

from django.urls import include, path
from django.views.generic import RedirectView

from planbridge.portal.find import find
from planbridge.portal.sign_in.invitation import accept

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="plans:summary"), name="home"),
    path("find", find, name="find"),
    path("invitation/<str:token>/", accept, name="invitation"),
    path("plans/", include("planbridge.portal.plans.urls")),
    path("plans/<int:plan_id>/participants/", include("planbridge.portal.people.urls")),
    path("plans/<int:plan_id>/notifications/", include("planbridge.portal.notifications.urls")),
    path("activity/submissions/", include("planbridge.portal.submissions.urls")),
    path("activity/", include("planbridge.portal.activity.urls")),
    path("recordkeepers/", include("planbridge.portal.recordkeepers.urls")),
    path("settings/", include("planbridge.portal.settings.urls")),
]
