"""Versions made before contents were kept whole get theirs from their own rows."""

from importlib import import_module

from django.apps import apps
from django.db import connection as database

from planbridge.plans.plan import Plan
from planbridge.plans.stored_version import stored_version
from planbridge.plans.version import PlanVersion
from tests.plans.drafts import Document, activated, sync

migration = import_module("planbridge.plans.migrations.0007_drafts")


def test_old_versions_are_filled_from_their_rows(plan: Plan, document: Document) -> None:
    """PS-9: a version without paths and recordkeeper's lineup gets both, and the same document opens no draft then."""
    activated(plan, document)
    before = stored_version(plan, 1)
    PlanVersion.objects.update(paths={}, recordkeeper_lineup={}, content_hash="")
    with database.schema_editor() as editor:
        migration.fill_contents(apps, editor)
    assert stored_version(plan, 1) == before
    assert PlanVersion.objects.get().content_hash == before.content_hash
    document["name"] = "Other name"
    assert not sync(plan, document).draft_changed
