"""What is known of the plans before their people are judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from planbridge.plans.models import Plan
from planbridge.recordkeepers.connector import PlanFeed
from planbridge.sync.apply import copy_out
from planbridge.sync.frames import NUMBER
from planbridge.sync.guard import GuardLimits
from planbridge.sync.statements import statement
from planbridge.sync.validate import KnownPlans

SOURCES = {"plan_id": pl.Int64, "source": pl.String, "kind": pl.String}
FUNDS = {"plan_id": pl.Int64, "fund": pl.String}
PRICES = {"plan_id": pl.Int64, "fund": pl.String, "price": NUMBER}
MAXIMUMS = {"plan_id": pl.Int64, "maximum_percent": NUMBER}


@dataclass(frozen=True)
class PlanFacts:
    """What a Participant Sync needs of a plan itself."""

    plan_id: int
    external_plan_id: str
    participants_as_of: datetime | None
    has_document: bool
    limits: GuardLimits


def plan_facts(plan_ids: Sequence[int]) -> dict[int, PlanFacts]:
    """The facts of each plan by its id."""
    rows = Plan.objects.filter(id__in=plan_ids).values_list(
        "id",
        "external_plan_id",
        "participants_as_of",
        "document_as_of",
        "people_loss_percent_max",
        "money_move_percent_max",
    )
    return {
        plan_id: PlanFacts(plan_id, external, read, document_as_of is not None, GuardLimits(loss, move))
        for plan_id, external, read, document_as_of, loss, move in rows
    }


def known_plans(feeds: Sequence[PlanFeed]) -> KnownPlans:
    """What the rules need of the plans of these feeds."""
    plans = {"plan_ids": [feed.wanted.plan_id for feed in feeds]}
    days = [(feed.wanted.plan_id, feed.as_of.date() if feed.as_of else None) for feed in feeds]
    return KnownPlans(
        sources=copy_out(statement("known_sources"), plans, SOURCES),
        funds=copy_out(statement("known_funds"), plans, FUNDS),
        prices=copy_out(statement("known_prices"), plans, PRICES),
        maximums=copy_out(statement("plan_maximums"), plans, MAXIMUMS),
        as_of=pl.DataFrame(days, schema={"plan_id": pl.Int64, "as_of": pl.Date}, orient="row"),
    )
