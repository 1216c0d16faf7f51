"""What a connection to a database has to say."""

from collections.abc import Mapping
from typing import Any

from planbridge.recordkeepers.sql_engine import database_url
from planbridge.recordkeepers.sql_profile import shipped_sql_profiles


def sql_fault(settings: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is wrong with the settings of a database and the field to mend; None when all is well."""
    try:
        database_url(str(settings.get("url") or ""))
    except ValueError as error:
        return str(error), "url"
    if settings.get("profile") not in shipped_sql_profiles():
        names = ", ".join(shipped_sql_profiles())
        return f"No profile of a database is named {settings.get('profile')!r}; there is {names}.", "profile"
    return None


def is_other_server(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether an address leads to another server, or another user there, than the stored one."""
    urls = [database_url(str(one.get("url") or "")) for one in (before, after)]
    places = [(one.get_backend_name(), one.host, one.port, one.username) for one in urls]
    return places[0] != places[1]
