"""Routes of recordkeepers."""

from django.urls import URLPattern, URLResolver, path

from planbridge.portal.recordkeepers.connection_list import connection_list, connection_page
from planbridge.portal.recordkeepers.connection_test import test_connection
from planbridge.portal.recordkeepers.edit import edit, new, remove
from planbridge.portal.recordkeepers.open_pgp_key import open_pgp_key, open_pgp_key_remove, retired_key_remove
from planbridge.portal.recordkeepers.participant_sign_in import sign_in, sign_in_remove
from planbridge.portal.recordkeepers.profile_page import download, profile, try_sample, upload, use

app_name = "recordkeepers"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", connection_list, name="list"),
    path("new/", new, name="new"),
    path("<int:connection_id>/", connection_page, name="connection"),
    path("<int:connection_id>/edit/", edit, name="edit"),
    path("<int:connection_id>/test/", test_connection, name="test"),
    path("<int:connection_id>/remove/", remove, name="remove"),
    path("<int:connection_id>/open-pgp/", open_pgp_key, name="open_pgp"),
    path("<int:connection_id>/open-pgp/remove/", open_pgp_key_remove, name="open_pgp_remove"),
    path("<int:connection_id>/open-pgp/retired/remove/", retired_key_remove, name="retired_key_remove"),
    path("<int:connection_id>/sign-in/", sign_in, name="sign_in"),
    path("<int:connection_id>/sign-in/remove/", sign_in_remove, name="sign_in_remove"),
    path("<int:connection_id>/profile/", profile, name="profile"),
    path("<int:connection_id>/profile/use/", use, name="profile_use"),
    path("<int:connection_id>/profile/upload/", upload, name="profile_upload"),
    path("<int:connection_id>/profile/try/", try_sample, name="profile_try"),
    path("<int:connection_id>/profile/yaml/<str:choice>/", download, name="profile_yaml"),
]
