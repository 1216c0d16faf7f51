"""Finds what a command names - connections, plans, runs - or says plainly that it is not there."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from planbridge.cli.output import CommandFailed, Exit, short
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from planbridge.sync.decide import find_run
from planbridge.sync.run import SyncRun


def find_connection(name: str) -> Connection:
    """A connection by its name."""
    found = Connection.objects.filter(name=name).first()
    if found is None:
        message = f"No connection is named {short(name)!r}; planbridge connection list shows those there are."
        raise CommandFailed(Exit.NOT_FOUND, message)
    return found


def find_plans(external_plan_ids: Sequence[str], *, is_all: bool) -> list[Plan]:
    """Plans by their ids at the recordkeeper, or all."""
    if is_all and external_plan_ids:
        raise CommandFailed(Exit.WRONG_USAGE, "Give plan ids or --all, not both.")
    if is_all:
        return list(Plan.objects.select_related("connection").order_by("external_plan_id"))
    if not external_plan_ids:
        raise CommandFailed(Exit.WRONG_USAGE, "Give one or more plan ids, or --all.")
    return [find_plan(external) for external in dict.fromkeys(external_plan_ids)]


def find_plan(external_plan_id: str) -> Plan:
    """A plan by its id at the recordkeeper."""
    found = list(Plan.objects.select_related("connection").filter(external_plan_id=external_plan_id)[:2])
    if not found:
        message = (
            f"No plan {short(external_plan_id)!r} is here; planbridge plan list shows those there are, "
            "planbridge plan add --connection NAME PLAN_ID adds one."
        )
        raise CommandFailed(Exit.NOT_FOUND, message)
    if len(found) > 1:
        message = f"Plan {external_plan_id} is in several connections; nothing was done."
        raise CommandFailed(Exit.REFUSED, message)
    return found[0]


def find_run_by_text(text: str) -> SyncRun:
    """A run by its id."""
    try:
        found = find_run(UUID(text))
    except ValueError:
        found = None
    if found is None:
        raise CommandFailed(Exit.NOT_FOUND, f"No run {short(text)!r} is here; planbridge runs lists them.")
    return found


def day_of(text: str) -> date:
    """A day from the command line."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        message = f"A day is written YYYY-MM-DD, such as 2026-11-17, not {short(text)!r}."
        raise CommandFailed(Exit.WRONG_USAGE, message) from error
