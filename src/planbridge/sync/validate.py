"""Validate: hold every person of a part against the rules; a person with an error is rejected, whole."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from planbridge.activity.problem_catalogue import CATALOGUE, Severity
from planbridge.sync.frames import PERSON, PROBLEM_SCHEMA, CanonicalPart, no_problems
from planbridge.sync.rules import AGE_MAX, AGE_MIN, GROUP_RULES, HUNDRED, IS_REPEATED, RULES, GroupRule, Rule
from planbridge.sync.rules import shown as plain
from planbridge.sync.totals import with_plan

ERRORS = [code for code, kind in CATALOGUE.items() if kind.severity is Severity.ERROR]
ELECTIVE_KINDS = ("pretax", "roth", "aftertax", "catch_up", "roth_catch_up")
SOURCE_TABLES = ("contribution_rates", "allocations", "balances", "vesting", "ytd")
FUND_TABLES = ("allocations", "balances")


@dataclass(frozen=True)
class KnownPlans:
    """What the rules need of the plans: frames keyed by plan_id (Int64), asked for when somebody is to be judged.

    `sources`: plan_id, source, kind. `funds`: plan_id, fund. `newest_prices`: plan_id, fund, price. `maximums`: plan_id,
    maximum_percent (Decimal). `as_of`: plan_id, as_of (Date).
    """

    sources: Callable[[], pl.DataFrame]
    funds: Callable[[], pl.DataFrame]
    newest_prices: Callable[[], pl.DataFrame]
    maximums: Callable[[], pl.DataFrame]
    as_of: pl.DataFrame


def with_day(part: CanonicalPart, known: KnownPlans) -> pl.DataFrame:
    """The part's people with `as_of`, the day of their plan's delivery."""
    return part.people.join(known.as_of, on="plan_id", how="left", maintain_order="left")


def validate(part: CanonicalPart, known: KnownPlans, people: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """Problems of the part's people (plan_id, participant_id, code, field, value), those of normalising included.

    `people` as with_day gives them, `spells` as spell_facts does.
    """
    tables = part.items | {"people": people, "spells": spells}
    owners = part.people.select("record", *PERSON)
    found = [problem for table, rows in tables.items() for problem in broken_rows(table, rows, owners)]
    found += [problem for rule in GROUP_RULES for problem in broken_groups(rule, tables[rule.table], owners)]
    found += unknown_codes(part, known, owners)
    found += missing_prices(part, known, owners)
    found += above_maximum(part, known, owners)
    found += ssn_duplicates(part.people)
    return with_unread(part.problems, pl.concat(found) if found else no_problems())


def with_unread(unread: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Both lists; a field that could not be read is not also called missing or wrong."""
    if unread.is_empty():
        return found
    return pl.concat([unread, found.join(unread, on=[*PERSON, "field"], how="anti", maintain_order="left")])


def rejected_people(problems: pl.DataFrame) -> pl.DataFrame:
    """The distinct people (plan_id, participant_id) that have an error."""
    return problems.filter(pl.col("code").is_in(ERRORS)).select(PERSON).unique()


def judge_again_days(people: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """Record and judge_again_on: the next day on which a verdict may be another though nothing was delivered anew.

    That is the day a termination in the future comes, and the year in which the age becomes implausible.
    """
    grown_old = pl.date(pl.col("birth_date").dt.year() + AGE_MAX + 1, 1, 1)
    grown_up = pl.date(pl.col("birth_date").dt.year() + AGE_MIN, 1, 1)
    coming = [pl.when(day > pl.col("as_of")).then(day) for day in (grown_old, grown_up, pl.col("left_on"))]
    both = people.select("record", "birth_date").join(
        spells.select("record", "left_on", "as_of"), on="record", how="left", maintain_order="left"
    )
    return both.select("record", judge_again_on=pl.min_horizontal(coming))


def spell_facts(employment: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """For each record: first_hire, left_on (last termination, null while employed), is_out_of_order, status, as_of."""
    hire, left = pl.col("hire_date"), pl.col("termination_date")
    facts = (
        employment.lazy()
        .with_columns(before=left.shift().over("record") if has_second_spells(employment) else pl.lit(None, pl.Date))
        .group_by("record")
        .agg(
            first_hire=hire.first(),
            left_on=left.last(),
            is_out_of_order=((left < hire) | (hire < pl.col("before"))).fill_null(value=False).any(),
        )
        .collect()
    )
    return people.select("record", "status", "as_of").join(facts, on="record", how="left")


def has_second_spells(employment: pl.DataFrame) -> bool:
    """Whether anybody has more than one spell."""
    return employment["record"].n_unique() != employment.height


def broken_rows(table: str, rows: pl.DataFrame, owners: pl.DataFrame) -> list[pl.DataFrame]:
    """Problems of the row rules of one table: all rules in one pass, rows looked up only for those that are broken."""
    rules = [rule for rule in RULES if rule.table == table]
    if rows.is_empty() or not rules:
        return []
    flags = rows.lazy().select(rule.broken.any().alias(str(place)) for place, rule in enumerate(rules)).collect()
    return [row_problems(rules[place], rows, owners) for place in range(len(rules)) if flags[str(place)].item()]


def row_problems(rule: Rule, rows: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """The problems of one broken rule."""
    shown = rule.value if rule.value is not None else pl.col(rule.field)
    broken = rows.filter(rule.broken).select("record", value=shown.cast(pl.String))
    return problems_of(broken, rule.code, field_name(rule.table, rule.field), owners)


def field_name(table: str, field: str) -> str:
    """A field as problems name it: the census's by itself, others with their table."""
    if table == "people":
        return field
    return f"employment.{field}" if table == "spells" and field != "status" else f"{table}.{field}"


def problems_of(rows: pl.DataFrame, code: str, field: str, owners: pl.DataFrame) -> pl.DataFrame:
    """Problems from rows of (record, value)."""
    named = rows.join(owners, on="record", how="inner", maintain_order="left")
    return named.select(*PERSON, code=pl.lit(code), field=pl.lit(field), value=pl.col("value")).cast(PROBLEM_SCHEMA)


def broken_groups(rule: GroupRule, rows: pl.DataFrame, owners: pl.DataFrame) -> list[pl.DataFrame]:
    """The problems of one group rule."""
    if rows.is_empty() or (rule.broken is IS_REPEATED and is_distinct(rows, "record", *rule.by)):
        return []
    groups = rows.lazy().group_by("record", *rule.by).agg(total=rule.total).filter(rule.broken)
    broken = groups.select("record", value=rule.value.cast(pl.String)).sort("record").collect()
    if broken.is_empty():
        return []
    return [problems_of(broken, rule.code, field_name(rule.table, rule.field), owners)]


def is_distinct(rows: pl.DataFrame, *names: str) -> bool:
    """Whether all rows surely differ in these columns, by their hashes: half the time of grouping them."""
    return int(rows.select(pl.struct(names).hash().n_unique()).item()) == rows.height


def unknown_codes(part: CanonicalPart, known: KnownPlans, owners: pl.DataFrame) -> list[pl.DataFrame]:
    """SOURCE_UNKNOWN and FUND_UNKNOWN: codes that neither the plan's document nor its live version has."""
    found = []
    for table in SOURCE_TABLES:
        columns = {"source": ("SOURCE_UNKNOWN", known.sources())}
        if table in FUND_TABLES:
            columns["fund"] = ("FUND_UNKNOWN", known.funds())
        placed = with_plan(part, part.items[table].select("record", *columns)).lazy()
        used = placed.select("plan_id", *columns).unique().collect(engine="streaming")
        for column, (code, frame) in columns.items():
            offered = used.select("plan_id", column).filter(pl.col(column).is_not_null()).unique()
            unknown = offered.join(frame, on=["plan_id", column], how="anti")
            if unknown.is_empty():
                continue
            rows = with_plan(part, part.items[table].select("record", column))
            theirs = rows.join(unknown, on=["plan_id", column], how="semi", maintain_order="left")
            shown = theirs.select("record", value=pl.col(column)).unique(maintain_order=True)
            found.append(problems_of(shown, code, f"{table}.{column}", owners))
    return found


def missing_prices(part: CanonicalPart, known: KnownPlans, owners: pl.DataFrame) -> list[pl.DataFrame]:
    """PRICE_MISSING: a position without price whose fund has no known price."""
    bare = part.items["balances"].filter(pl.col("price").is_null())
    if bare.is_empty():
        return []
    placed = bare.join(part.people.select("record", "plan_id"), on="record", how="inner")
    unpriced = placed.join(known.newest_prices(), on=["plan_id", "fund"], how="anti").select(
        "record", value=pl.col("fund")
    )
    return [problems_of(unpriced, "PRICE_MISSING", "balances.price", owners)]


def above_maximum(part: CanonicalPart, known: KnownPlans, owners: pl.DataFrame) -> list[pl.DataFrame]:
    """RATE_ABOVE_PLAN_MAXIMUM: an elective rate above the plan's maximum percent."""
    maximums = known.maximums()
    if maximums.is_empty():
        return []
    least = maximums["maximum_percent"].min()
    high = part.items["contribution_rates"].filter((pl.col("percent") > pl.lit(least)) & (pl.col("percent") <= HUNDRED))
    if high.is_empty():
        return []
    elective = known.sources().filter(pl.col("kind").is_in(ELECTIVE_KINDS))
    placed = (
        high.join(part.people.select("record", "plan_id"), on="record", how="inner")
        .join(maximums, on="plan_id", how="inner")
        .join(elective, on=["plan_id", "source"], how="semi")
        .filter(pl.col("percent") > pl.col("maximum_percent"))
    )
    shown = placed.select(
        "record", value=pl.format("{}: {} % above {} %", "source", plain("percent"), plain("maximum_percent"))
    )
    return [problems_of(shown, "RATE_ABOVE_PLAN_MAXIMUM", "contribution_rates.percent", owners)]


def ssn_duplicates(people: pl.DataFrame) -> list[pl.DataFrame]:
    """SSN_DUPLICATE among the delivered: one SSN, two participant ids of one plan."""
    held = people.filter(pl.col("ssn").is_not_null())
    if held.select(pl.struct("plan_id", "ssn").n_unique()).item() == held.height:
        return []
    several = held.group_by("plan_id", "ssn").agg(people=pl.col("participant_id").n_unique())
    shared = held.join(several.filter(pl.col("people") > 1), on=["plan_id", "ssn"], how="semi").unique(PERSON)
    found = shared.select(*PERSON, code=pl.lit("SSN_DUPLICATE"), field=pl.lit("ssn"), value=pl.lit(None, pl.String))
    return [found.cast(PROBLEM_SCHEMA)]
