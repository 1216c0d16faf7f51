"""What a Plan Sync remembers of its reading, and what it asks of the people's money."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from django.db import connection

from planbridge.recordkeepers.connector import PlanAnswer
from planbridge.sync.statements import statement


def money_by_fund(plan_id: int) -> dict[str, Decimal]:
    """Units of each fund that the people of a plan hold, those at the recordkeeper only."""
    with connection.cursor() as cursor:
        cursor.execute(statement("plan_positions"), {"plan_ids": [plan_id]})
        return {fund: units for _, fund, units, _ in cursor.fetchall() if units}


def money_in_funds(plan_id: int, funds: Collection[str]) -> dict[str, Decimal]:
    """The same of these funds only; a plan of many people is not added up for the few that matter."""
    if not funds:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(statement("units_of_funds"), {"plan_id": plan_id, "funds": sorted(funds)})
        return {fund: units for fund, units in cursor.fetchall() if units}


def move_plan_marks(answers: Sequence[PlanAnswer]) -> None:
    """Remember how far plan documents are read, in one statement."""
    if not answers:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            statement("move_plan_marks"),
            {
                "plan_ids": [answer.wanted.plan_id for answer in answers],
                "as_ofs": [answer.as_of for answer in answers],
                "etags": [answer.etag for answer in answers],
            },
        )
