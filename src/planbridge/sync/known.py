"""What is known of the plans before their people are judged."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
from django.db import connection
from django.db.models import Q

from planbridge.plans.models import Plan
from planbridge.recordkeepers.connector import PlanFeed
from planbridge.sync.apply import copy_out
from planbridge.sync.frames import NUMBER
from planbridge.sync.guard import GuardLimits
from planbridge.sync.statements import array_of, statement
from planbridge.sync.validate import KnownPlans

SOURCES = pl.Schema({"plan_id": pl.Int64(), "source": pl.String(), "kind": pl.String()})
FUNDS = pl.Schema({"plan_id": pl.Int64(), "fund": pl.String()})
PRICES = pl.Schema({"plan_id": pl.Int64(), "fund": pl.String(), "price": NUMBER})
MAXIMUMS = pl.Schema({"plan_id": pl.Int64(), "maximum_percent": NUMBER})


@dataclass(frozen=True)
class PlanFacts:
    """What a Participant Sync needs of a plan itself."""

    plan_id: int
    external_plan_id: str
    has_document: bool
    limits: GuardLimits
    judged_with: str


def plan_facts(plan_ids: Sequence[int]) -> dict[int, PlanFacts]:
    """The facts of each plan by its id."""
    plans = Plan.objects.filter(id__in=plan_ids).annotate(has_document=Q(document_as_of__isnull=False))
    rows = plans.values_list(
        "id",
        "external_plan_id",
        "has_document",
        "people_loss_percent_max",
        "money_move_percent_max",
        "judged_with",
    )
    return {
        plan_id: PlanFacts(plan_id, external, has_document, GuardLimits(loss, move), judged)
        for plan_id, external, has_document, loss, move, judged in rows
    }


def known_plans(feeds: Sequence[PlanFeed]) -> KnownPlans:
    """What the rules need of the plans of these feeds."""
    plans = {"plan_ids": array_of(feed.wanted.plan_id for feed in feeds)}
    days = [(feed.wanted.plan_id, feed.as_of.date() if feed.as_of else None) for feed in feeds]

    def asked(name: str, schema: pl.Schema) -> Callable[[], pl.DataFrame]:
        return cache(lambda: copy_out(statement(name), plans, schema))

    return KnownPlans(
        sources=asked("known_sources", SOURCES),
        funds=asked("known_funds", FUNDS),
        newest_prices=asked("known_prices", PRICES),
        maximums=asked("plan_maximums", MAXIMUMS),
        as_of=pl.DataFrame(days, schema={"plan_id": pl.Int64, "as_of": pl.Date}, orient="row"),
    )


def rules_version() -> str:
    """Changes with every change of the code that judges: then nobody is recognised and all are judged anew."""
    sources = (Path(__file__).with_name(f"{name}.py").read_bytes() for name in JUDGING_MODULES)
    return hashlib.sha256(b"".join(sources)).hexdigest()[:16]


JUDGING_MODULES = ("rules", "validate", "normalise", "content_hash", "recognise", "duplicates")
RULES_VERSION = rules_version()


def contexts(plan_ids: Sequence[int]) -> dict[int, str]:
    """What each plan's people are judged with, as a short text: the rules, the plan's sources, funds and maximum."""
    with connection.cursor() as cursor:
        cursor.execute(CONTEXTS, {"plan_ids": array_of(plan_ids)})
        return {plan_id: f"{RULES_VERSION}-{digest}" for plan_id, digest in cursor.fetchall()}


# Added up where they lie: on most days nobody is judged, and nothing but this is asked of them.
CONTEXTS = f"""
SELECT plan_id, md5(concat_ws(' ', sum(hashtextextended(said, 0)), sum(hashtextextended(said, 1))))
FROM (
    SELECT plan_id, concat_ws(' ', 'source', source, kind) AS said FROM ({statement("known_sources")}) AS sources
    UNION ALL
    SELECT plan_id, concat_ws(' ', 'fund', fund) FROM ({statement("known_funds")}) AS funds
    UNION ALL
    SELECT plan_id, concat_ws(' ', 'maximum', maximum_percent)
    FROM ({statement("plan_maximums")}) AS maximums (plan_id, maximum_percent)
) AS told
GROUP BY plan_id
"""  # noqa: S608 - statements of this package, never data
