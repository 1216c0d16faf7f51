"""Many users from a CSV file: each row by itself, the good ones invited, the bad ones with their reason."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from planbridge.security.firm import Firm
from planbridge.security.user import Role
from planbridge.users.given_plans import give_more_plans, plans_named, set_sees_all_plans
from planbridge.users.invite import Invited, NewUser, UserRefused, invite_user

HEADER = ("email", "name", "role", "view sensitive data", "activate plans", "approve held runs", "plans")
NEEDED = ("email", "name", "role")
ROWS_MAX, BYTES_MAX = 1000, 1_000_000
YES, NO = {"yes", "y", "true", "1", "x"}, {"no", "n", "false", "0", ""}
ALL_PLANS = "all"


class UploadRefused(ValueError):  # noqa: N818 - says what happened
    """A file of which no row can be read; the message says why."""


@dataclass(frozen=True)
class UploadedRow:
    """A row of the file: its line, the address in it, and the user with their link, or the reason why there is none."""

    line: int
    email: str
    invited: Invited | None = None
    reason: str = ""


def upload_users(firm: Firm, content: bytes, *, actor: str) -> list[UploadedRow]:
    """Invite the users of a file, one transaction a row. Raises UploadRefused when the file itself is at fault."""
    return [invite_row(firm, line, values, actor=actor) for line, values in list(rows_of(content))]


def rows_of(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and values by column of each row that is not empty; columns in any order and in capitals or not."""
    if len(content) > BYTES_MAX:
        raise UploadRefused(f"The file is larger than {BYTES_MAX:,} bytes; split it.")
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UploadRefused("The file is no CSV file in UTF-8; save it as one and upload it again.") from error
    header = [name.strip().lower() for name in rows[0]] if rows else []
    missing = [name for name in NEEDED if name not in header]
    unknown = [name for name in header if name not in HEADER]
    if missing or unknown or len(set(header)) != len(header):
        fault = (
            f"lacks {', '.join(missing)}" if missing else f"has {(unknown or header)[0]!r}, which means nothing here"
        )
        raise UploadRefused(f"The first line {fault}. The columns are: {', '.join(HEADER)}.")
    if len(rows) - 1 > ROWS_MAX:
        raise UploadRefused(f"The file has more than {ROWS_MAX:,} rows; split it.")
    for line, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            yield line, dict(zip(header, (cell.strip() for cell in row), strict=False))


def invite_row(firm: Firm, line: int, values: dict[str, str], *, actor: str) -> UploadedRow:
    """Invite the user of one row and give them its plans, both or neither."""
    email = values.get("email", "")
    try:
        with transaction.atomic():
            invited = invite_user(firm, new_user(values), actor=actor)
            named = names_in(values.get("plans", ""))
            if [one.lower() for one in named] == [ALL_PLANS]:
                set_sees_all_plans(invited.user, sees_all=True, actor=actor)
            elif named:
                give_more_plans(invited.user, plans_named(invited.user, named), actor=actor)
    except UserRefused as refused:
        return UploadedRow(line, email, reason=str(refused))
    return UploadedRow(line, email, invited)


def names_in(cell: str) -> list[str]:
    """The names of plans with semicolons between them; blanks part ids too, but not names of recordkeepers."""
    pieces = [piece.strip() for piece in cell.split(";")]
    return [name for piece in pieces for name in ([piece] if ":" in piece else piece.split())]


def new_user(values: dict[str, str]) -> NewUser:
    """What a row says of a user. Raises UserRefused."""
    role = values.get("role", "").lower()
    if role not in Role.values:
        raise UserRefused(f"{values.get('role', '')!r} is no role; roles are {', '.join(Role.labels)}.", "role")
    if not values.get("name"):
        raise UserRefused("The name is missing.", "name")
    return NewUser(
        values.get("email", ""),
        values["name"],
        Role(role),
        is_yes(values, "view sensitive data"),
        is_yes(values, "activate plans"),
        is_yes(values, "approve held runs"),
    )


def is_yes(values: dict[str, str], column: str) -> bool:
    """A yes or no. Raises UserRefused for anything else."""
    text = values.get(column, "").lower()
    if text not in YES | NO:
        raise UserRefused(f"{values[column]!r} is neither yes nor no ({column}).", column)
    return text in YES
