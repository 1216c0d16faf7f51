"""What is known of the plans before their people are judged."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import polars as pl
import polars_hash

from planbridge.plans.models import Plan
from planbridge.recordkeepers.connector import PlanFeed
from planbridge.sync.apply import copy_out
from planbridge.sync.frames import NUMBER
from planbridge.sync.guard import GuardLimits
from planbridge.sync.statements import statement
from planbridge.sync.validate import KnownPlans

SOURCES = {"plan_id": pl.Int64, "source": pl.String, "kind": pl.String}
FUNDS = {"plan_id": pl.Int64, "fund": pl.String}
PRICES = pl.Schema({"plan_id": pl.Int64(), "fund": pl.String(), "price": NUMBER})
MAXIMUMS = pl.Schema({"plan_id": pl.Int64(), "maximum_percent": NUMBER})


@dataclass(frozen=True)
class PlanFacts:
    """What a Participant Sync needs of a plan itself."""

    plan_id: int
    external_plan_id: str
    participants_as_of: datetime | None
    has_document: bool
    limits: GuardLimits
    judged_with: str


def plan_facts(plan_ids: Sequence[int]) -> dict[int, PlanFacts]:
    """The facts of each plan by its id."""
    rows = Plan.objects.filter(id__in=plan_ids).values_list(
        "id",
        "external_plan_id",
        "participants_as_of",
        "document_as_of",
        "people_loss_percent_max",
        "money_move_percent_max",
        "judged_with",
    )
    return {
        plan_id: PlanFacts(plan_id, external, read, document_as_of is not None, GuardLimits(loss, move), judged)
        for plan_id, external, read, document_as_of, loss, move, judged in rows
    }


def known_plans(feeds: Sequence[PlanFeed]) -> KnownPlans:
    """What the rules need of the plans of these feeds."""
    plans = {"plan_ids": [feed.wanted.plan_id for feed in feeds]}
    days = [(feed.wanted.plan_id, feed.as_of.date() if feed.as_of else None) for feed in feeds]

    @cache
    def newest_prices() -> pl.DataFrame:
        return copy_out(statement("known_prices"), plans, PRICES)

    return KnownPlans(
        sources=copy_out(statement("known_sources"), plans, SOURCES),
        funds=copy_out(statement("known_funds"), plans, FUNDS),
        newest_prices=newest_prices,
        maximums=copy_out(statement("plan_maximums"), plans, MAXIMUMS),
        as_of=pl.DataFrame(days, schema={"plan_id": pl.Int64, "as_of": pl.Date}, orient="row"),
    )


def rules_version() -> str:
    """Changes with every change of the code that judges: then nobody is recognised and all are judged anew."""
    sources = (Path(__file__).with_name(f"{name}.py").read_bytes() for name in JUDGING_MODULES)
    return hashlib.sha256(b"".join(sources)).hexdigest()[:16]


JUDGING_MODULES = ("rules", "validate", "normalise", "content_hash", "recognise", "duplicates")
RULES_VERSION = rules_version()


def contexts(known: KnownPlans) -> dict[int, str]:
    """What each plan's people are judged with, as a short text: the rules, the plan's sources, funds and maximum."""
    texts = pl.concat(
        [
            known.sources.select("plan_id", text=pl.format("source {} {}", "source", "kind")),
            known.funds.select("plan_id", text=pl.format("fund {}", "fund")),
            known.maximums.select("plan_id", text=pl.format("maximum {}", "maximum_percent")),
        ]
    )
    joined = texts.sort("plan_id", "text").group_by("plan_id", maintain_order=True).agg(pl.col("text").str.join("\n"))
    hashed = joined.select("plan_id", polars_hash.col("text").nchash.xxh3_128().cast(pl.String))
    return {plan_id: f"{RULES_VERSION}-{digest}" for plan_id, digest in hashed.iter_rows()}
