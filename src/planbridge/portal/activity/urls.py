"""Routes of the Activity Monitor, those of Task Scheduling among them."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "activity"
urlpatterns: list[URLPattern | URLResolver] = [
    path("schedules/", include("planbridge.portal.schedules.urls")),
]
