"""Routes of settings."""

from django.urls import URLPattern, URLResolver, path

from planbridge.portal.settings.limits import plan_defaults, plan_limits
from planbridge.portal.settings.profile import profile
from planbridge.portal.settings.user_list import user_list
from planbridge.portal.settings.user_pages import invite, invite_anew, switch, user_page
from planbridge.portal.settings.user_plans import user_plans
from planbridge.portal.settings.user_upload import upload

app_name = "settings"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", profile, name="profile"),
    path("plan-defaults/", plan_defaults, name="plan_defaults"),
    path("plans/<int:plan_id>/", plan_limits, name="plan_limits"),
    path("users/", user_list, name="users"),
    path("users/invite/", invite, name="invite"),
    path("users/upload/", upload, name="upload"),
    path("users/<int:user_id>/", user_page, name="user"),
    path("users/<int:user_id>/plans/", user_plans, name="user_plans"),
    path("users/<int:user_id>/link/", invite_anew, name="link"),
    path("users/<int:user_id>/deactivate/", switch, {"is_active": False}, name="deactivate"),
    path("users/<int:user_id>/reactivate/", switch, {"is_active": True}, name="reactivate"),
]
