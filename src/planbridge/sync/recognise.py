"""Recognise: people delivered in the very same words as when they were last taken in need no second judgement.

Everything that was judged of them - their content, against the plan as it then was - still holds: the fingerprint is
of all delivered text but prices, the plan's rules and codes are the same (`context`), and no date has come that could
change the verdict (`judge_again_on`). Prices are looked at every day, of everybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import polars_hash

from planbridge.recordkeepers.delivered import Delivered, person_key
from planbridge.sync.content_hash import NOT_CONTENT, keyed
from planbridge.sync.frames import NUMBER
from planbridge.sync.normalise import PLAIN_LENGTH, WHITE_SPACE, in_range, read_date, read_number
from planbridge.sync.totals import money_less

RECOGNISABLE = "synced"
HALF_CENT = pl.lit("0.005").cast(NUMBER)
ZERO = pl.lit(0).cast(NUMBER)
UNHASHED = {"person_key", "record", *NOT_CONTENT}
KEY_COLUMNS = ("plan_id", "participant_id")
KEY = {*KEY_COLUMNS}
AMOUNTS = ("units", "price", "market_value")


@dataclass(frozen=True)
class Recognition:
    """`recognised`: plan_id, participant_id, person_key; `rest`: keys of all others (None: everybody is to be judged).

    `fingerprints`: person_key, fingerprint_high, fingerprint_low. `money`: positions of the recognised, as
    totals.money_by_price sums them.
    """

    recognised: pl.DataFrame
    rest: pl.Series | None
    fingerprints: pl.DataFrame
    money: pl.DataFrame


def fingerprints(part: Delivered) -> pl.DataFrame:
    """person_key and fingerprint (UInt128, unkeyed) over all delivered text but prices; the order of items is free."""
    hashed = [rows_hashed("people", part.keyed_people, keeps_key=True)]
    hashed += [rows_hashed(table, rows, keeps_key=False) for table, rows in part.keyed_items.items() if rows.height]
    return pl.concat(hashed).group_by("person_key").agg(pl.col("hash").sum())


def rows_hashed(table: str, rows: pl.DataFrame, *, keeps_key: bool) -> pl.DataFrame:
    """person_key and hash of each row."""
    left_out = UNHASHED if keeps_key else UNHASHED | KEY
    columns = sorted(name for name in rows.columns if name not in left_out)
    hashed = polars_hash.hash_rows(pl.lit(table), *columns).nchash.xxh3_128()
    return rows.select("person_key", hash=hashed)


def recognise(
    part: Delivered,
    stored: pl.DataFrame,
    plans: pl.DataFrame,
    is_context_same: Mapping[int, bool],
    as_of: pl.DataFrame,
) -> Recognition:
    """Tell the people who are as they were from those to be judged.

    `stored`: everybody held: person_key, plan_id, participant_id, fingerprint_high, fingerprint_low, stored_status,
    judge_again_on. `plans`: external_plan_id, plan_id. `as_of`: plan_id, as_of (Date).
    """
    prints = fingerprints(part)
    marked = pl.concat([prints.select("person_key"), keyed(prints["hash"])], how="horizontal").rename(
        {"hash_high": "fingerprint_high", "hash_low": "fingerprint_low"}
    )
    trusted = [plan_id for plan_id, is_same in is_context_same.items() if is_same]
    known = stored.filter((pl.col("stored_status") == RECOGNISABLE) & pl.col("plan_id").is_in(trusted))
    same = (
        known.join(marked, on=["person_key", "fingerprint_high", "fingerprint_low"], how="semi")
        .join(as_of, on="plan_id", how="inner")
        .filter(pl.col("judge_again_on").is_null() | (pl.col("judge_again_on") > pl.col("as_of")))
        .select("plan_id", "participant_id", "person_key")
    )
    if same.is_empty() or not part.is_clean:
        return Recognition(same.clear(), None, marked, pl.DataFrame(schema=CANONICAL_MONEY))
    facts = money_facts(part)
    unsure = pl.concat([repeated_keys(part), facts.doubtful])
    if len(unsure):
        same = same.join(unsure.to_frame(), on="person_key", how="anti")
    rest = all_but(marked, same)
    if rest.height:
        same = same.join(spaced_ids(part, rest), on="person_key", how="anti")
        rest = all_but(marked, same)
        same = same.join(sharing_ssn(part, rest), on="person_key", how="anti")
        rest = all_but(marked, same)
    money = facts.money
    if rest.height:
        money = money_less(money, summed(money_rows(part, rest)))
    return Recognition(same, rest["person_key"], marked, canonical_money(money, plans))


def all_but(marked: pl.DataFrame, same: pl.DataFrame) -> pl.DataFrame:
    """The keys of all who are not in `same`."""
    return marked.select("person_key").join(same.select("person_key"), on="person_key", how="anti", nulls_equal=True)


def spaced_ids(part: Delivered, rest: pl.DataFrame) -> pl.DataFrame:
    """Keys, as they are without white space around the ids, of people of `rest` who came with some: they may be others' too."""
    theirs = part.keyed_people.join(rest, on="person_key", how="semi").select(KEY_COLUMNS)
    bare = pl.col(KEY_COLUMNS).str.strip_chars(WHITE_SPACE)
    spaced = theirs.filter(pl.any_horizontal(pl.col(KEY_COLUMNS) != bare))
    return spaced.select(bare).select(person_key(*KEY_COLUMNS))


def sharing_ssn(part: Delivered, rest: pl.DataFrame) -> pl.DataFrame:
    """Keys of people who have the SSN of somebody in `rest` of their plan: they are judged together."""
    digits = pl.col("ssn").str.replace_all(r"[^0-9]", "")
    people = part.keyed_people.select("person_key", "plan_id", digits).filter(pl.col("ssn") != "")
    theirs = people.join(rest, on="person_key", how="semi")
    return people.join(theirs, on=["plan_id", "ssn"], how="semi").select("person_key")


def repeated_keys(part: Delivered) -> pl.Series:
    """Keys of people with more than one census record."""
    keys = part.keyed_people["person_key"]
    if keys.n_unique() == len(keys):
        return keys.clear()
    return keys.filter(keys.is_duplicated()).unique()


@dataclass(frozen=True)
class MoneyFacts:
    """Positions of everybody summed by price, and whose positions need a closer look.

    `money`: plan_id (external), source, fund, price, price_date (text), units, market_value, positions. `doubtful`:
    keys of people with a position that cannot be read, has no price, is negative, is not units x price, or has
    another price than somebody else's of the same fund and day.
    """

    money: pl.DataFrame
    doubtful: pl.Series


def is_doubtful() -> pl.Expr:
    """Whether a position cannot be read, has no price, is negative, or is not units x price."""
    product = pl.col("units") * pl.col("price")
    return (
        pl.col("units").is_null()
        | pl.col("price").is_null()
        | (pl.col("price") < ZERO)
        | ((product - pl.col("market_value")).abs() > HALF_CENT).fill_null(value=True)
    )


def money_rows(part: Delivered, whose: pl.DataFrame | None = None) -> pl.LazyFrame:
    """Positions: person_key, plan_id (external), source, fund, price_date, and exact units, price, market_value.

    `whose` (person_key): the people whose positions are wanted, None everybody's.
    """
    rows = part.keyed_items.get("balances")
    if rows is None:
        return pl.LazyFrame(schema={"person_key": pl.UInt64} | dict(MONEY_SCHEMA)).drop("positions")
    if whose is not None:
        rows = rows.join(whose, on="person_key", how="semi", nulls_equal=True)
    if "plan_id" not in rows.columns:
        plans = part.keyed_people.select("record", "plan_id")
        rows = rows.join(plans, on="record", how="left", maintain_order="left")
    longest = rows.select(pl.col(AMOUNTS).str.len_bytes().max()).row(0)
    numbers = [
        read_number(name) if length and length > PLAIN_LENGTH else pl.col(name).cast(NUMBER, strict=False)
        for name, length in zip(AMOUNTS, longest, strict=True)
    ]
    read = rows.lazy().select("person_key", "plan_id", "source", "fund", "price_date", *numbers)
    return read.with_columns(map(in_range, AMOUNTS))


def summed(rows: pl.LazyFrame, **more: pl.Expr) -> pl.DataFrame:
    """Positions summed by price [streamed: half the memory, three quarters of the time]."""
    sums = rows.group_by("plan_id", "source", "fund", "price", "price_date").agg(
        pl.col("units").sum(), pl.col("market_value").sum(), positions=pl.len(), **more
    )
    return sums.collect(engine="streaming")


def money_facts(part: Delivered) -> MoneyFacts:
    """Look at every position once."""
    rows = money_rows(part)
    told = summed(rows, doubt=is_doubtful().any())
    money = told.drop("doubt")
    doubtful = [pl.Series("person_key", [], pl.UInt64)]
    if told["doubt"].any():
        doubtful.append(rows.filter(is_doubtful()).collect()["person_key"])
    unreadable = unreadable_days(money["price_date"])
    if unreadable:
        doubtful.append(rows.filter(pl.col("price_date").is_in(unreadable)).collect()["person_key"])
    day = ["plan_id", "fund", "price_date"]
    several = money.group_by(day).agg(prices=pl.col("price").n_unique()).filter(pl.col("prices") > 1)
    if several.height:
        doubtful.append(rows.join(several.lazy(), on=day, how="semi", nulls_equal=True).collect()["person_key"])
    return MoneyFacts(money, pl.concat(doubtful).unique())


def unreadable_days(days: pl.Series) -> list[str]:
    """The texts that are no day; looked at once each, since all positions together have a few."""
    texts = days.drop_nulls().unique().to_frame("day")
    return texts.filter(read_date("day").is_null())["day"].to_list()


def canonical_money(money: pl.DataFrame, plans: pl.DataFrame) -> pl.DataFrame:
    """Summed positions with our plan_id, codes trimmed and days as dates, as totals.money_by_price gives them."""
    renamed = money.rename({"plan_id": "external_plan_id"}).with_columns(
        pl.col("external_plan_id", "source", "fund").str.strip_chars(WHITE_SPACE)
    )
    placed = renamed.join(plans, on="external_plan_id", how="inner")
    days = read_date("price_date")
    return placed.select(
        "plan_id", "source", "fund", "price", days, "units", "market_value", pl.col("positions").cast(pl.UInt32)
    )


MONEY_SCHEMA = pl.Schema(
    {
        "plan_id": pl.String(),
        "source": pl.String(),
        "fund": pl.String(),
        "price_date": pl.String(),
        "units": NUMBER,
        "price": NUMBER,
        "market_value": NUMBER,
        "positions": pl.UInt32(),
    }
)
CANONICAL_MONEY = pl.Schema(
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
