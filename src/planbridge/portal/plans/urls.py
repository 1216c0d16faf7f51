"""Routes of plans."""

from django.urls import URLPattern, URLResolver, path

from planbridge.portal.plans.adding import add, pick
from planbridge.portal.plans.drafts import activate, deactivate, draft
from planbridge.portal.plans.fields import field, pin, unpin
from planbridge.portal.plans.last_sync import progress, sync
from planbridge.portal.plans.plan_activity import activity
from planbridge.portal.plans.specifications import details
from planbridge.portal.plans.summary import summary

app_name = "plans"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", summary, name="summary"),
    path("add/", add, name="add"),
    path("add/pick/", pick, name="pick"),
    path("<int:plan_id>/", details, name="details"),
    path("<int:plan_id>/sync/", sync, name="sync"),
    path("<int:plan_id>/sync/<uuid:run_id>/", progress, name="progress"),
    path("<int:plan_id>/fields/<path:field>/", field, name="field"),
    path("<int:plan_id>/pin/<path:field>/", pin, name="pin"),
    path("<int:plan_id>/unpin/<path:field>/", unpin, name="unpin"),
    path("<int:plan_id>/draft/", draft, name="draft"),
    path("<int:plan_id>/activate/", activate, name="activate"),
    path("<int:plan_id>/deactivate/", deactivate, name="deactivate"),
    path("<int:plan_id>/activity/", activity, name="activity"),
]
