"""The judgement of one part of a delivery: the pure stages normalise, validate and diff, one after the other."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from planbridge.recordkeepers.delivered import DeliveredPart
from planbridge.sync.content_hash import content_hashes, keyed
from planbridge.sync.diff import CHANGED, NEW, Comparison, compare
from planbridge.sync.duplicates import settle_duplicates
from planbridge.sync.frames import PERSON, CanonicalPart
from planbridge.sync.normalise import normalise
from planbridge.sync.strays import Strays, find_strays
from planbridge.sync.totals import fund_prices, money_by_price, price_conflicts
from planbridge.sync.validate import KnownPlans, problems_of, rejected_people, validate


@dataclass(frozen=True)
class Judgement:
    """What is known of a part's people.

    `read`: everybody read, distinct (plan_id, participant_id). `owners`: record and person of every record, also of
    duplicates. `money`, `money_rejected`: positions summed by price. `changed`: the new and changed, canonical.
    """

    delivered: DeliveredPart
    owners: pl.DataFrame
    read: pl.DataFrame
    problems: pl.DataFrame
    rejected: pl.DataFrame
    comparison: Comparison
    changed: CanonicalPart
    prices: pl.DataFrame
    money: pl.DataFrame
    money_rejected: pl.DataFrame
    strays: Strays


def judge(
    part: DeliveredPart,
    plans: pl.DataFrame,
    known: KnownPlans,
    stored: pl.DataFrame,
    mark: Callable[[str, int], None],
) -> Judgement:
    """Judge one part. `plans`: external_plan_id, plan_id; `stored`: as diff.compare takes it; `mark`: stage done."""
    strays = find_strays(part, plans)
    canonical = normalise(part, plans)
    owners = canonical.people.select("record", *PERSON)
    mark("normalise", canonical.people.height)

    hashes = content_hashes(canonical)
    canonical, hashes, duplicates = settle_duplicates(canonical, hashes)
    money = money_by_price(canonical)
    prices = fund_prices(money, known.as_of)
    conflicts = price_conflicts(canonical, money, prices)
    problems = pl.concat(
        [
            strays.problems,
            duplicates,
            validate(canonical, known),
            problems_of(conflicts, "PRICE_CONFLICT", "balances.price", owners),
        ]
    )
    rejected = rejected_people(problems)
    mark("validate", problems.height)

    people = canonical.people.select("record", *PERSON)
    accepted = people.join(rejected, on=list(PERSON), how="anti", maintain_order="left") if rejected.height else people
    hashed = accepted.join(hashes, on="record", how="inner", maintain_order="left")
    comparison = compare(pl.concat([hashed.drop("hash", "census_hash"), keyed(hashed["hash"])], how="horizontal"), stored)
    changed = canonical.of(comparison.people(NEW, CHANGED))
    mark("diff", changed.people.height)

    money_rejected = money.clear()
    if rejected.height:
        refused = people.join(rejected, on=list(PERSON), how="semi")
        lost = canonical.items["balances"].join(refused, on="record", how="semi")
        money_rejected = money_by_price(canonical, lost)
        kept = canonical.items["balances"].join(refused, on="record", how="anti")
        prices = fund_prices(money_by_price(canonical, kept), known.as_of)
    read = pl.concat([people.select(PERSON), rejected]).unique() if rejected.height else people.select(PERSON)
    return Judgement(
        part, owners, read, problems, rejected, comparison, changed, prices, money, money_rejected, strays
    )
