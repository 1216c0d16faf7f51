"""The limits that are in force here: of each year that is shipped or that the operator's file adds."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from planbridge.enrollment.limits import Limits, known_limits
from planbridge.enrollment.objection import Objection, gettext_noop

YEAR_UNKNOWN = gettext_noop(
    "We do not have the savings limits for %(year)s yet, so we cannot take this change. Nothing was changed. "
    "Please try again later, or call your plan's contact."
)


def limits_of(year: int) -> Limits | Objection:
    """The limits of a calendar year; LIMIT_YEAR_UNKNOWN when nobody has given them: a year is never guessed.

    Raises LimitsFileUnusable when the operator's file cannot be used.
    """
    return all_limits().get(year) or Objection("LIMIT_YEAR_UNKNOWN", YEAR_UNKNOWN, {"year": str(year)})


def all_limits() -> dict[int, Limits]:
    """Every known year's limits; a year that the operator adds is known at once, without a restart."""
    file = added_file()
    if file is None:
        return _read(None, 0, 0)
    try:
        state = file.stat()
    except OSError:
        return known_limits(file)  # says that it cannot be read
    return _read(file, state.st_mtime_ns, state.st_size)


def added_file() -> Path | None:
    """The file in which the operator adds years: the one PLANBRIDGE_LIMITS names, else limits.toml in the home folder."""
    if settings.LIMITS_FILE:
        return Path(settings.LIMITS_FILE).expanduser()
    file = Path(settings.PLANBRIDGE_HOME) / "limits.toml"
    return file if file.exists() else None


@lru_cache(maxsize=2)
def _read(file: Path | None, _changed_at: int, _size: int) -> dict[int, Limits]:
    """The years, read once for each state of the file."""
    return known_limits(file)
