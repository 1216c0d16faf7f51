"""What `planbridge doctor` checks of the machine: Python, home folder, disk, keys."""

import os
import platform
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from planbridge.cli.doctor_finding import Finding
from planbridge.enrollment.limit_years import all_limits
from planbridge.enrollment.limits import LimitsFileUnusable
from planbridge.security.keys import KeysUnusable, parse_keys, read_or_make_key_file

PYTHON_MIN = (3, 11)
GIGABYTE = 10**9
FREE_BYTES_MIN = GIGABYTE
READ_AND_WRITE_BY_OTHERS = 0o066
ALL_BY_OTHERS = 0o077


def machine_findings() -> Iterator[Finding]:
    """The findings that need no database."""
    home: Path = settings.PLANBRIDGE_HOME
    yield python_finding(sys.version_info[:2])
    yield home_finding(home)
    yield disk_finding(shutil.disk_usage(home).free, home)
    yield keys_finding(home / "keys.json", settings.SEALING_KEYS)
    yield limits_finding()


def python_finding(version: tuple[int, int]) -> Finding:
    """Whether Python is new enough."""
    remedy = None if version >= PYTHON_MIN else "Install Python 3.11 or newer and Planbridge in it."
    return Finding("python", remedy is None, f"Python {platform.python_version()}", remedy)


def home_finding(home: Path) -> Finding:
    """Whether the home folder can be written, by its owner alone."""
    if not os.access(home, os.W_OK | os.X_OK):
        remedy = "Give it to the user who runs planbridge (chown), or set PLANBRIDGE_HOME to another folder."
        return Finding("home folder", is_well=False, said=f"{home} cannot be written", remedy=remedy)
    if home.stat().st_mode & READ_AND_WRITE_BY_OTHERS:
        return Finding("home folder", is_well=False, said=f"{home} is open to others", remedy=f"chmod go-rw {home}")
    return Finding("home folder", is_well=True, said=f"{home}, writable and private")


def disk_finding(free_bytes: int, home: Path) -> Finding:
    """Whether the home folder's disk has room."""
    said = f"{free_bytes / GIGABYTE:,.1f} GB free at {home}"
    remedy = None if free_bytes >= FREE_BYTES_MIN else "Free some space: a full disk stops the database."
    return Finding("disk", remedy is None, said, remedy)


def keys_finding(file: Path, given: str | None) -> Finding:
    """Whether the sealing keys can be read, by their owner alone."""
    try:
        if given:
            return Finding(
                "keys", is_well=True, said=f"{versions(len(parse_keys(given).secrets_by_version))} in PLANBRIDGE_KEYS"
            )
        if not file.exists():
            return Finding("keys", is_well=True, said=f"none yet; {file} is made when the first secret is sealed")
        number = len(read_or_make_key_file(file).secrets_by_version)
    except KeysUnusable as error:
        remedy = "Without the keys sealed SSNs and credentials cannot be read: restore them from a backup."
        return Finding("keys", is_well=False, said=str(error), remedy=remedy)
    except OSError as error:
        remedy = "Run planbridge as the file's owner."
        return Finding("keys", is_well=False, said=f"{file} cannot be read: {error.strerror}", remedy=remedy)
    if stat.S_IMODE(file.stat().st_mode) & ALL_BY_OTHERS:
        return Finding("keys", is_well=False, said=f"{file} is open to others", remedy=f"chmod 600 {file}")
    return Finding("keys", is_well=True, said=f"{versions(number)} in {file}; keep a backup of it")


def limits_finding() -> Finding:
    """Whether the savings limits can be read, and of which years they are."""
    try:
        years = sorted(all_limits())
    except LimitsFileUnusable as error:
        remedy = "Until then nobody can enroll or change a rate: mend the file (Operations, Savings limits of a year)."
        return Finding("savings limits", is_well=False, said=str(error), remedy=remedy)
    return Finding("savings limits", is_well=True, said=f"known for {years[0]} to {years[-1]}")


def versions(number: int) -> str:
    """A number of key versions."""
    return "1 key version" if number == 1 else f"{number} key versions"
