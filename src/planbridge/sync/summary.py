"""The summary of a group's findings: counts and totals by plan, and what is to be written of the plans taken in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from planbridge.recordkeepers.connector import PlanFeed
from planbridge.sync.diff import CHANGED, GONE_STATUS, NEW, RETURNED, UNCHANGED, vanished_people
from planbridge.sync.frames import NUMBER, PERSON, no_problems
from planbridge.sync.quarantine import SCHEMA as QUARANTINE_SCHEMA
from planbridge.sync.reconcile import NOTHING_READ, PeopleCounts, ReadTotals
from planbridge.sync.run_book import WARNINGS
from planbridge.sync.strays import plans_with_nameless
from planbridge.sync.totals import by_fund, by_source

SYNCED, SYNCED_WITH_WARNINGS, REJECTED = "synced", "synced_with_warnings", "error"
STATUS_SCHEMA = pl.Schema({"plan_id": pl.Int64(), "participant_id": pl.String(), "sync_status": pl.String()})


@dataclass(frozen=True)
class Findings:
    """What the parts of a group come to together."""

    recognised: pl.DataFrame  # plan_id, participant_id: as they were when they were last judged
    read: pl.DataFrame  # plan_id, participant_id: all others, distinct
    problems: pl.DataFrame  # plan_id, participant_id, code, field, value
    outcomes: pl.DataFrame  # plan_id, participant_id, stored_status, outcome
    prices: pl.DataFrame  # plan_id, fund, price_date, price
    money: pl.DataFrame  # as totals.money_by_price
    money_rejected: pl.DataFrame
    quarantined: pl.DataFrame  # rows of the table quarantine
    reworded: pl.DataFrame  # facts of people whose content is as held and whose fingerprint is not


MONEY_SCHEMA = pl.Schema(
    {
        "plan_id": pl.Int64(),
        "source": pl.String(),
        "fund": pl.String(),
        "price": NUMBER,
        "price_date": pl.Date(),
        "units": NUMBER,
        "market_value": NUMBER,
        "positions": pl.UInt32(),
    }
)
EMPTY_FINDINGS = {
    "recognised": pl.DataFrame(schema={"plan_id": pl.Int64, "participant_id": pl.String}),
    "read": pl.DataFrame(schema={"plan_id": pl.Int64, "participant_id": pl.String}),
    "problems": no_problems(),
    "outcomes": pl.DataFrame(
        schema={"plan_id": pl.Int64, "participant_id": pl.String, "stored_status": pl.String, "outcome": pl.String}
    ),
    "prices": pl.DataFrame(schema={"plan_id": pl.Int64, "fund": pl.String, "price_date": pl.Date, "price": NUMBER}),
    "money": pl.DataFrame(schema=MONEY_SCHEMA),
    "money_rejected": pl.DataFrame(schema=MONEY_SCHEMA),
    "quarantined": pl.DataFrame(schema=QUARANTINE_SCHEMA),
    "reworded": pl.DataFrame(
        schema={
            "plan_id": pl.Int64,
            "participant_id": pl.String,
            "fingerprint_high": pl.Int64,
            "fingerprint_low": pl.Int64,
            "judge_again_on": pl.Date,
        }
    ),
}


@dataclass(frozen=True)
class Summary:
    """Counts and totals by plan id."""

    findings: Findings
    counts: dict[int, PeopleCounts]
    people_known: int  # all that are held, also those not at the recordkeeper any more
    people_before: dict[int, int]
    people_missing: dict[int, int]
    people_lost: dict[int, int]  # of the missing those who are taken for gone
    people_new: dict[int, int]
    vanished: pl.DataFrame  # plan_id, participant_id
    statuses: pl.DataFrame  # plan_id, participant_id, sync_status: those that change
    totals: dict[int, ReadTotals]
    totals_rejected: dict[int, ReadTotals]
    warnings: dict[int, int]
    price_counts: dict[int, int]
    unreadable: frozenset[int]  # plans with a record whose people or money cannot be counted in

    @property
    def prices(self) -> pl.DataFrame:
        """The prices delivered."""
        return self.findings.prices

    def prices_of(self, plan_id: int) -> int:
        """How many fund prices were delivered of a plan."""
        return self.price_counts.get(plan_id, 0)

    def read_totals(self, plan_id: int) -> ReadTotals:
        """What was read of a plan."""
        return self.totals.get(plan_id, NOTHING_READ)


def summarise(feeds: Mapping[int, PlanFeed], stored: pl.DataFrame, findings: Findings) -> Summary:
    """Sum up what was found of the plans with these feeds."""
    here = stored.filter(pl.col("stored_status") != GONE_STATUS)
    nameless = plans_with_nameless(findings.problems, feeds) | {one for one, feed in feeds.items() if feed.may_miss}
    complete = [plan_id for plan_id, feed in feeds.items() if feed.is_complete]
    unseen = here.join(findings.recognised, on=list(PERSON), how="anti") if findings.recognised.height else here
    missing = vanished_people(unseen, findings.read, plan_frame(complete))
    # Where a record does not say whose it is, it may be that of whoever is missing; the guard counts them all the same.
    left = missing.filter(~pl.col("plan_id").is_in(list(nameless))) if nameless else missing
    deleted = deleted_people(feeds, here)
    vanished = pl.concat([left, deleted])
    outcomes = findings.outcomes
    recognised = dict(findings.recognised.group_by("plan_id").len().iter_rows())
    counted = outcomes.group_by("plan_id").agg(
        applied=pl.col("outcome").is_in([NEW, CHANGED, RETURNED]).sum(),
        unchanged=(pl.col("outcome") == UNCHANGED).sum(),
        new=pl.col("outcome").is_in([NEW, RETURNED]).sum(),
    )
    rejected = dict(findings.quarantined.group_by("plan_id").len().iter_rows())
    by_plan = {plan_id: (applied, unchanged, new) for plan_id, applied, unchanged, new in counted.iter_rows()}
    counts = {
        plan_id: PeopleCounts(applied, unchanged + recognised.get(plan_id, 0), rejected=rejected.get(plan_id, 0))
        for plan_id in feeds
        for applied, unchanged, _ in [by_plan.get(plan_id, (0, 0, 0))]
    }
    people_read = {plan_id: count.read for plan_id, count in counts.items()}
    return Summary(
        findings=findings,
        counts=counts,
        people_known=stored.height,
        people_before=dict(here.group_by("plan_id").len().iter_rows()),
        people_missing=dict(pl.concat([missing, deleted]).group_by("plan_id").len().iter_rows()),
        people_lost=dict(vanished.group_by("plan_id").len().iter_rows()),
        people_new={plan_id: row[2] for plan_id, row in by_plan.items()},
        vanished=vanished.select(PERSON),
        statuses=changed_statuses(findings, stored),
        totals=totals_by_plan(findings.money, people_read),
        totals_rejected=totals_by_plan(findings.money_rejected, rejected),
        warnings=dict(findings.problems.filter(pl.col("code").is_in(WARNINGS)).group_by("plan_id").len().iter_rows()),
        price_counts=dict(findings.prices.group_by("plan_id").len().iter_rows()),
        unreadable=unreadable_plans(findings.problems) | nameless,
    )


def unreadable_plans(problems: pl.DataFrame) -> frozenset[int]:
    """The plans with a record whose people or money cannot be counted in: their totals cannot agree."""
    is_money = (pl.col("code") == "NUMBER_INVALID") & pl.col("field").str.starts_with("balances.")
    found = problems.filter(pl.col("code").is_in(UNREADABLE) | is_money.fill_null(value=False))
    return frozenset(found["plan_id"].unique().to_list())


UNREADABLE = ("RECORD_MALFORMED", "RECORD_ORPHANED", "PARTICIPANT_ID_MISSING")


def plan_frame(plan_ids: Collection[int]) -> pl.DataFrame:
    """Plan ids as a frame."""
    return pl.DataFrame({"plan_id": list(plan_ids)}, schema={"plan_id": pl.Int64})


def deleted_people(feeds: Mapping[int, PlanFeed], here: pl.DataFrame) -> pl.DataFrame:
    """Those whom changes-only feeds name as gone: plan_id, participant_id, stored_status."""
    rows = [(plan_id, person) for plan_id, feed in feeds.items() if not feed.is_complete for person in feed.deleted]
    named = pl.DataFrame(rows, schema={"plan_id": pl.Int64, "participant_id": pl.String}, orient="row")
    return here.join(named, on=list(PERSON), how="semi").select(*PERSON, "stored_status")


def statuses_of(outcomes: pl.DataFrame, problems: pl.DataFrame) -> pl.DataFrame:
    """The sync status of accepted people: plan_id, participant_id, sync_status."""
    warned = problems.filter(pl.col("code").is_in(WARNINGS)).select(PERSON).unique()
    if warned.is_empty():
        return outcomes.select(*PERSON, sync_status=pl.lit(SYNCED))
    marked = outcomes.select(PERSON).join(
        warned.with_columns(sync_status=pl.lit(SYNCED_WITH_WARNINGS)),
        on=list(PERSON),
        how="left",
        maintain_order="left",
    )
    return marked.with_columns(pl.col("sync_status").fill_null(SYNCED))


def changed_statuses(findings: Findings, stored: pl.DataFrame) -> pl.DataFrame:
    """Statuses that differ from the stored ones: of accepted people, and of the rejected who are held."""
    accepted = statuses_of(findings.outcomes, findings.problems)
    before = findings.outcomes["stored_status"]
    differing = accepted.filter((accepted["sync_status"] != before) & before.is_not_null())
    fresh = accepted.filter(before.is_null() & (accepted["sync_status"] != SYNCED))
    rejected = stored.join(findings.quarantined.select(PERSON), on=list(PERSON), how="semi")
    refused = rejected.filter(pl.col("stored_status") != REJECTED).select(*PERSON, sync_status=pl.lit(REJECTED))
    return pl.concat([frame.cast(STATUS_SCHEMA) for frame in (differing, fresh, refused)])


def totals_by_plan(money: pl.DataFrame, people: Mapping[int, int]) -> dict[int, ReadTotals]:
    """Totals by plan of positions summed by price."""
    sources: dict[int, dict[str, Decimal]] = {}
    for plan_id, source, dollars in by_source(money).iter_rows():
        sources.setdefault(plan_id, {})[source or ""] = dollars
    funds: dict[int, dict[str, tuple[Decimal, Decimal]]] = {}
    for plan_id, fund, units, dollars in by_fund(money).iter_rows():
        funds.setdefault(plan_id, {})[fund or ""] = (units, dollars)
    return {
        plan_id: ReadTotals(
            people.get(plan_id, 0),
            sum(sources.get(plan_id, {}).values(), Decimal(0)),
            sources.get(plan_id, {}),
            funds.get(plan_id, {}),
        )
        for plan_id in people.keys() | sources.keys()
    }
