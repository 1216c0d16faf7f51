"""Which file profile a connection reads by: one that ships, or a version of the firm's own that passed its check.

The connection's settings name it: `profile` one that ships (or canonical deliveries alone), `own_profile` a version of the firm's own,
which comes first.
"""

from functools import lru_cache

from django.db import transaction
from django.db.models import Max

from planbridge.activity.entry import Verb
from planbridge.activity.problem import Problem
from planbridge.activity.record import Happening, record_activity
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.file_profile import FileProfile
from planbridge.recordkeepers.folder_settings import CANONICAL
from planbridge.recordkeepers.profile import Profile
from planbridge.recordkeepers.profile_load import ProfileRefused, parse_profile, shipped_profile, shipped_profiles
from planbridge.security.firm import Firm

VERSIONS_MAX = 500
OWN = "own:"


class ChoiceRefused(ValueError):  # noqa: N818 - says what happened
    """A profile that a connection cannot read by; the message says what there is instead."""


def own_profiles(firm: Firm) -> list[FileProfile]:
    """The newest version of each of a firm's own profiles, by name; without their texts."""
    versions = FileProfile.objects.filter(firm=firm).defer("text").order_by("name", "-version")
    return list(versions.distinct("name"))


def add_profile(connection: Connection, content: bytes, file_name: str, *, actor: str) -> FileProfile:
    """Check a profile and keep it as the newest version of its name in the connection's firm. Raises ProfileRefused.

    The same text as the newest version is that version.
    """
    profile = parse_profile(content, file_name)
    if profile.profile in shipped_profiles() or profile.profile == CANONICAL:
        detail = "A profile of this name comes with the product; give yours a name of its own."
        raise ProfileRefused([Problem("PROFILE_INVALID", field="profile", value=profile.profile, detail=detail)])
    text = content.decode("utf-8-sig")
    with transaction.atomic():
        firm = Firm.objects.select_for_update().get(pk=connection.firm_id)
        own = FileProfile.objects.filter(firm=firm)
        newest = own.filter(name=profile.profile).order_by("-version").first()
        if newest is not None and newest.text == text:
            return newest
        if own.count() >= VERSIONS_MAX:
            detail = f"Your firm has {VERSIONS_MAX} versions of profiles, and no room for another."
            raise ProfileRefused([Problem("PROFILE_INVALID", field="profile", value=profile.profile, detail=detail)])
        before = own.filter(name=profile.profile).aggregate(last=Max("version"))["last"] or 0
        said = {"name": profile.profile, "title": profile.title, "carries": list(profile.carries), "text": text}
        added = FileProfile.objects.create(firm=firm, version=before + 1, added_by=actor, **said)
        changed = {"own_profiles": [str(newest) if newest else None, str(added)]}
        note_change(connection, changed, actor=actor)
    return added


def use_profile(connection: Connection, choice: str, *, actor: str) -> Connection:
    """Let a drop folder be read by a profile: `canonical`, one that ships, or `own:` and the id of a version.

    Raises ChoiceRefused for what is not there or not the firm's.
    """
    if connection.kind != ConnectionKind.FILES:
        message = "Only a drop folder has a file profile."
        raise ChoiceRefused(message)
    with transaction.atomic():
        locked = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
        before = chosen_name(locked)
        settings = {name: value for name, value in locked.settings.items() if name != "own_profile"}
        if choice.startswith(OWN):
            own = find_own(locked.firm_id, choice.removeprefix(OWN))
            if own is None:
                message = "There is no such profile in your firm."
                raise ChoiceRefused(message)
            settings |= {"own_profile": {"id": own.pk, "name": own.name, "version": own.version}}
        elif choice in (CANONICAL, *shipped_profiles()):
            settings |= {"profile": choice}
        else:
            message = (
                f"No file profile is named {choice[:60]!r}; there is {', '.join((CANONICAL, *shipped_profiles()))}."
            )
            raise ChoiceRefused(message)
        locked.settings = settings
        after = chosen_name(locked)
        if after != before:
            locked.save(update_fields=["settings"])
            note_change(locked, {"profile": [before, after]}, actor=actor)
    return locked


def note_change(connection: Connection, changed: dict[str, list[str | None]], *, actor: str) -> None:
    """Record a change of a connection's profile as activity."""
    detail = {"name": connection.name, "changed": changed, "has_new_credentials": False}
    record_activity(Happening(Verb.CONNECTION_CHANGED, actor, connection_id=connection.pk, detail=detail))


def find_own(firm_id: int, version_id: str) -> FileProfile | None:
    """A version of a firm's own profile by its id as text; None for another firm's, or none."""
    if not version_id.isdecimal() or len(version_id) > len(str(2**31)):
        return None
    return FileProfile.objects.filter(firm_id=firm_id, pk=int(version_id)).first()


def chosen_name(connection: Connection) -> str:
    """The profile that a connection reads by, as people call it: `ascensus-360`, or `own-layout, version 3`."""
    own = connection.settings.get("own_profile")
    return f"{own['name']}, version {own['version']}" if own else str(connection.settings.get("profile") or CANONICAL)


def profile_by(firm_id: int, choice: str) -> Profile | None:
    """The profile of a choice (see use_profile); None for canonical deliveries, and for what is not there."""
    if choice.startswith(OWN):
        own = find_own(firm_id, choice.removeprefix(OWN))
        return own_version(own.pk) if own else None
    return shipped_profile(choice) if choice in shipped_profiles() else None


def text_by(firm_id: int, choice: str) -> tuple[str, bytes] | None:
    """The YAML of a choice (see use_profile) with a name for its file; None as in profile_by."""
    if choice.startswith(OWN):
        own = find_own(firm_id, choice.removeprefix(OWN))
        return (f"{own.name}-{own.version}.yaml", own.text.encode()) if own else None
    path = shipped_profiles().get(choice)
    return (path.name, path.read_bytes()) if path else None


def chosen_profile(connection: Connection) -> Profile | None:
    """The profile that a connection reads by; None where it has canonical deliveries alone.

    Raises FileProfile.DoesNotExist, ProfileRefused, KeyError for settings that nobody made here.
    """
    own = connection.settings.get("own_profile")
    if own:
        return own_version(int(own["id"]))
    name = str(connection.settings.get("profile") or CANONICAL)
    return None if name == CANONICAL else shipped_profile(name)


@lru_cache(maxsize=64)
def own_version(version_id: int) -> Profile:
    """A version's profile; a version never changes, so that it is read once a process."""
    own = FileProfile.objects.get(pk=version_id)
    return parse_profile(own.text.encode(), f"{own.name}.yaml")
