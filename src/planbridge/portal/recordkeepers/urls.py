"""Routes of recordkeepers."""

from django.urls import URLPattern, URLResolver, path

from planbridge.portal.recordkeepers.connection_list import connection_list, connection_page
from planbridge.portal.recordkeepers.connection_test import test_connection
from planbridge.portal.recordkeepers.edit import edit, new, remove

app_name = "recordkeepers"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", connection_list, name="list"),
    path("new/", new, name="new"),
    path("<int:connection_id>/", connection_page, name="connection"),
    path("<int:connection_id>/edit/", edit, name="edit"),
    path("<int:connection_id>/test/", test_connection, name="test"),
    path("<int:connection_id>/remove/", remove, name="remove"),
]
