"""Routes of the submission log."""

from django.urls import URLPattern, URLResolver, path

from planbridge.portal.submissions.log import log
from planbridge.portal.submissions.report import report
from planbridge.portal.submissions.send_again import send_again
from planbridge.portal.submissions.submission import submission

app_name = "submissions"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", log, name="log"),
    path("<int:plan_id>/<str:receipt>/", submission, name="submission"),
    path("<int:plan_id>/<str:receipt>/send-again/", send_again, name="send_again"),
    path("<int:plan_id>/<str:receipt>/confirmation.pdf", report, name="report"),
]
