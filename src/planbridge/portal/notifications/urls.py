"""Routes of a plan's notifications."""

from django.urls import URLPattern, URLResolver, path

from planbridge.portal.notifications.events import event, events
from planbridge.portal.notifications.reprocess import reprocess
from planbridge.portal.notifications.template import reset, send_to_me, template

app_name = "notifications"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", events, name="events"),
    path("sent/<uuid:notification_id>/reprocess/", reprocess, name="reprocess"),
    path("<slug:event>/", event, name="event"),
    path("<slug:event>/<slug:audience>/", template, name="template"),
    path("<slug:event>/<slug:audience>/reset/", reset, name="reset"),
    path("<slug:event>/<slug:audience>/test/", send_to_me, name="test"),
]
