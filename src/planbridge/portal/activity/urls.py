"""Routes of the Activity Monitor, those of Task Scheduling among them."""

from django.urls import URLPattern, URLResolver, include, path

from planbridge.portal.activity.badge import badge
from planbridge.portal.activity.decisions import apply, cancel, discard, retry, run_again
from planbridge.portal.activity.entry import entry
from planbridge.portal.activity.export import export
from planbridge.portal.activity.monitor import live, monitor, plan_options
from planbridge.portal.activity.problems import problems
from planbridge.portal.activity.proof import proof
from planbridge.portal.activity.run import run

app_name = "activity"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", monitor, name="monitor"),
    path("live/", live, name="live"),
    path("badge/", badge, name="badge"),
    path("plan-options/", plan_options, name="plan_options"),
    path("problems/", problems, name="problems"),
    path("activity.csv", export, {"form": "csv"}, name="csv"),
    path("activity.ndjson", export, {"form": "ndjson"}, name="ndjson"),
    path("entries/<int:plan_id>/<uuid:entry_id>/", entry, name="entry"),
    path("runs/<uuid:run_id>/", run, name="run"),
    path("runs/<uuid:run_id>/proof.json", proof, {"form": "json"}, name="proof_json"),
    path("runs/<uuid:run_id>/proof.csv", proof, {"form": "csv"}, name="proof_csv"),
    path("runs/<uuid:run_id>/cancel/", cancel, name="cancel"),
    path("runs/<uuid:run_id>/run-again/", run_again, name="run_again"),
    path("runs/<uuid:run_id>/retry-rejected/", retry, name="retry_rejected"),
    path("runs/<uuid:run_id>/apply/", apply, name="apply"),
    path("runs/<uuid:run_id>/discard/", discard, name="discard"),
    path("schedules/", include("planbridge.portal.schedules.urls")),
]
