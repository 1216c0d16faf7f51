"""`planbridge user`: who may sign in to the portal, and a new one-time link for who cannot any more."""

from typing import Annotated, Any

import structlog
import typer
from django.conf import settings
from rich.console import Console

from planbridge.cli.output import CommandFailed, Exit, JsonOption, Output, QuietOption, short
from planbridge.cli.serve import PORT, local_url
from planbridge.cli.tables import plain_table
from planbridge.security.user import User
from planbridge.users.invitation import VALID_FOR, invitation_path
from planbridge.users.invite import UserRefused, invite_again
from planbridge.users.second_factor import (
    invite_without_second_factor,
    mail_second_factor_removed,
    users_with_second_factor,
)

app = typer.Typer(no_args_is_help=True, help="Users of the portal: who there is, and letting them in again.")
log = structlog.get_logger()
ACTOR = "cli"


@app.command("list")
def list_all(*, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """List the users with role and sign-in. Example: planbridge user list."""
    users = list(User.objects.order_by("email"))
    with_factor = users_with_second_factor(users)
    found = [shown(user, has_second_factor=user.pk in with_factor) for user in users]

    def words(console: Console) -> None:
        if not found:
            console.print("Nobody can sign in yet. planbridge up prints a link for the first Admin.")
            return
        table = plain_table("E-mail", "Role", "Status", "Second factor")
        for one in found:
            table.add_row(one["email"], one["role"], one["status"], "yes" if one["has_second_factor"] else "no")
        console.print(table)

    Output(as_json, quiet).answer(found, words)


def shown(user: User, *, has_second_factor: bool) -> dict[str, Any]:
    """A user as JSON."""
    joined = "active" if user.has_joined else "invited"
    return {
        "email": user.email,
        "name": user.name,
        "firm": user.firm.name,
        "role": user.role,
        "status": joined if user.is_active else "deactivated",
        "has_second_factor": has_second_factor,
        "last_sign_in": user.last_login,
    }


@app.command("link")
def link(
    email: Annotated[str, typer.Argument(help="The address with which the user signs in.")],
    *,
    remove_second_factor: Annotated[
        bool, typer.Option("--remove-second-factor", help="Also for who lost app, passkeys and recovery codes.")
    ] = False,
    port: Annotated[int, typer.Option(help="The portal's port, where PLANBRIDGE_URL is not set.")] = PORT,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a one-time link with which a user sets a new password. Example: planbridge user link ada@example.test."""
    user = find_user(email)
    try:
        invite = invite_without_second_factor if remove_second_factor else invite_again
        invited = invite(user, actor=ACTOR)
    except UserRefused as refused:
        raise CommandFailed(Exit.REFUSED, str(refused)) from refused
    address = f"{settings.PUBLIC_URL or local_url(port)}{invitation_path(invited.token)}"
    value = {
        "email": user.email,
        "link": address,
        "second_factor_removed": remove_second_factor,
        "is_mailed": remove_second_factor and is_told(user),
    }
    lines = [f"{user} sets a new password here (once, within {VALID_FOR.days} days): {address}"]
    if remove_second_factor:
        lines.append("The second factor is removed: the password alone lets them in until they add a new one.")
    Output(as_json, quiet).answer(value, lambda console: console.print("\n".join(lines), soft_wrap=True))


def find_user(email: str) -> User:
    """A user by address, who may sign in."""
    found = User.objects.filter(email=email.strip().lower()).first()
    if found is None:
        message = f"Nobody signs in as {short(email)!r}; planbridge user list shows who does."
        raise CommandFailed(Exit.NOT_FOUND, message)
    if not found.is_active:
        message = f"{found.email} is deactivated; an Admin lets them sign in again under Settings > Users."
        raise CommandFailed(Exit.REFUSED, message)
    return found


def is_told(user: User) -> bool:
    """Whether a mail tells the user that their second factor is gone; that it cannot leave undoes nothing."""
    try:
        return mail_second_factor_removed(user, "The operator of this installation")
    except OSError as error:
        log.warning("removal of second factor not mailed", kind=type(error).__name__)
        return False
