"""Routes of plans."""

from django.urls import URLPattern, URLResolver, path

from planbridge.portal.plans.adding import add, pick
from planbridge.portal.plans.summary import summary

app_name = "plans"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", summary, name="summary"),
    path("add/", add, name="add"),
    path("add/pick/", pick, name="pick"),
]
