"""Routes of settings."""

from django.urls import URLPattern, URLResolver, path

from planbridge.portal.settings.profile import profile

app_name = "settings"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", profile, name="profile"),
]
