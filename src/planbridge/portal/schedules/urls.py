"""Routes of Task Scheduling; their names stand among those of the Activity Monitor (activity:schedules)."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
