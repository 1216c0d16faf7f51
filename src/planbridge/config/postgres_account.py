"""The system account an embedded server runs as under root, because PostgreSQL itself refuses to run as root."""

import os
import pwd
import stat
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from planbridge.config.postgres_home import EmbeddedPostgresError
from planbridge.config.postgres_settings import PROGRAMS

SYSTEM_USER = "embedded_postgres"
ADD_SYSTEM_USER = ("useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER)


@dataclass(frozen=True)
class Account:
    """The user and group the server's processes run as; `is_other` when this is not the user of this process."""

    name: str
    user_id: int
    group_id: int
    is_other: bool


def server_account() -> Account:
    """Return the account for the server: one's own, or for root a system user that is created when absent."""
    if os.geteuid() != 0:
        return Account(_user_name(os.geteuid()), os.geteuid(), os.getegid(), is_other=False)
    if not _has_system_user():
        with suppress(FileNotFoundError):
            subprocess.run(ADD_SYSTEM_USER, check=False, capture_output=True)
        # Its exit code does not tell: another process may have created the user at the same moment.
        if not _has_system_user():
            message = (
                f"PostgreSQL does not run as root and the system user {SYSTEM_USER} cannot be created; "
                f"run planbridge as a plain user, or create it with: {' '.join(ADD_SYSTEM_USER)}"
            )
            raise EmbeddedPostgresError(message)
    entry = pwd.getpwnam(SYSTEM_USER)
    return Account(SYSTEM_USER, entry.pw_uid, entry.pw_gid, is_other=True)


def owner_name(path: Path) -> str:
    """Return the name of the user who owns `path`, or the number where no name is known."""
    return _user_name(path.stat().st_uid)


def open_the_way(directory: Path, account: Account) -> None:
    """Let another account pass to `directory` and read the server's own programs, and tell stderr what was opened.

    Only the right to pass (x) is added, and only to directories that lack it: nothing becomes listable or readable.
    """
    if not account.is_other:
        return
    opened = [*_open_parents(directory, account), *_open_parents(PROGRAMS, account)]
    if opened:
        names = ", ".join(str(path) for path in opened)
        sys.stderr.write(f"planbridge: let user {account.name} pass through (o+x): {names}\n")
    _open_programs()


def tell_root(account: Account) -> None:
    """Say once, when the database is created, that a plain user is the better choice."""
    if account.is_other:
        sys.stderr.write(
            f"planbridge: the database of root runs as system user {account.name}; better run as a plain user.\n",
        )


def _open_parents(directory: Path, account: Account) -> list[Path]:
    opened = []
    for path in (directory, *directory.parents):
        status = path.stat()
        if not _may_pass(status, account):
            path.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
            opened.append(path)
    return opened


def _may_pass(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.user_id:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.group_id:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _open_programs() -> None:
    install = PROGRAMS.parent
    # A package installed under umask 077 is closed as a whole, so one file tells.
    if (install / "share" / "postgres.bki").stat().st_mode & stat.S_IROTH:
        return
    for path in (install, *install.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _has_system_user() -> bool:
    return any(entry.pw_name == SYSTEM_USER for entry in pwd.getpwall())


def _user_name(user_id: int) -> str:
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return str(user_id)
