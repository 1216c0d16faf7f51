"""Routes of recordkeepers."""

from django.urls import URLPattern, URLResolver

app_name = "recordkeepers"
urlpatterns: list[URLPattern | URLResolver] = []
