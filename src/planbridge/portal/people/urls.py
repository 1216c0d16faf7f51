"""Routes of the people of a plan."""

from django.urls import URLPattern, URLResolver, path, register_converter

from planbridge.portal.people.address import ParticipantIdInPath
from planbridge.portal.people.enrolling import invite, invite_one, launch
from planbridge.portal.people.history import history
from planbridge.portal.people.participants import participants
from planbridge.portal.people.person import person
from planbridge.portal.people.rejected import rejected, retry
from planbridge.portal.people.ssn import ssn
from planbridge.portal.people.sync import progress, sync, sync_one

register_converter(ParticipantIdInPath, "participant")

app_name = "people"
# Pages of a plan have two parts, the second none that a person's page has: a participant may be called "sync".
urlpatterns: list[URLPattern | URLResolver] = [
    path("", participants, name="list"),
    path("sync/request/", sync, name="sync"),
    path("sync/<uuid:run_id>/", progress, name="progress"),
    path("invite/selected/", invite, name="invite"),
    path("rejected/records/", rejected, name="rejected"),
    path("rejected/retry/", retry, name="retry"),
    path("<participant:participant_id>/", person, name="person"),
    path("<participant:participant_id>/history/", history, name="history"),
    path("<participant:participant_id>/ssn/", ssn, name="ssn"),
    path("<participant:participant_id>/synchronize/", sync_one, name="sync_one"),
    path("<participant:participant_id>/invitation/", invite_one, name="invite_one"),
    path("<participant:participant_id>/launch/", launch, name="launch"),
]
