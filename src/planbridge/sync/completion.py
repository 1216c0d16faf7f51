"""Completion: people of whom a reading has only parts are made whole with what is held of them, before they are judged.

Then every later stage sees whole people, and what a reading does not carry cannot change. What is held is read when
the parts are gone through: by then the plans are locked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import polars as pl

from planbridge.recordkeepers.connector import Carried, PeopleGroup
from planbridge.recordkeepers.delivered import ITEM_COLUMNS, PEOPLE_COLUMNS, RECORD, Delivered, DeliveredPart
from planbridge.security.ssn import index_ssns
from planbridge.sync.frames import PERSON
from planbridge.sync.held_people import HeldPeople, read_held_people, read_ids_by_ssn
from planbridge.sync.normalise import WHITE_SPACE

# What makes two items of a person the same one. A source's allocations total 100 %, and so does a class of
# beneficiaries: whoever names one of them names them all.
SAME_ITEM = {
    "employment": ("hire_date",),
    "contribution_rates": ("source",),
    "allocations": ("source",),
    "balances": ("source", "fund"),
    "vesting": ("source",),
    "loans": ("loan_id",),
    "beneficiaries": ("class",),
    "ytd": ("source",),
}
# Of these a reading may have only some columns: the rest stays as it is held.
KEEPS_COLUMNS = {"employment", "loans"}
CENSUS = tuple(name for name in PEOPLE_COLUMNS if name not in PERSON)


def completed_group(group: PeopleGroup, plans: pl.DataFrame) -> PeopleGroup:
    """The group with whole people. `plans`: external_plan_id, plan_id."""
    if group.carried is None:
        return group
    return replace(group, parts=CompletedParts(group.parts, group.carried, plans), carried=None)


@dataclass(frozen=True)
class CompletedParts:
    """Parts with whole people, read anew each time they are gone through."""

    parts: Iterable[Delivered]
    carried: Carried
    plans: pl.DataFrame

    def __iter__(self) -> Iterator[DeliveredPart]:
        for part in self.parts:
            yield completed(part.numbered(None), self.carried, self.plans)


def completed(part: DeliveredPart, carried: Carried, plans: pl.DataFrame) -> DeliveredPart:
    """One part with whole people; rows of people who are not held, and cannot be new, are orphans."""
    known_plans = plans.rename({"plan_id": "our_plan_id", "external_plan_id": "plan_id"})
    trimmed = part.people.with_columns(pl.col("plan_id", "participant_id").str.strip_chars(WHITE_SPACE))
    people = trimmed.join(known_plans, on="plan_id", how="inner", maintain_order="left")
    people = with_ids(people) if carried.by_ssn else people
    held = read_held_people(people.select("our_plan_id", "participant_id").drop_nulls().unique())
    is_held = ["our_plan_id", "participant_id"]
    known = people.join(held.census.select(is_held), on=is_held, how="semi", maintain_order="left")
    rest = people.join(known.select("record"), on="record", how="anti", maintain_order="left")
    may_be_new = rest.filter(pl.col("participant_id").is_not_null()) if "last_name" in carried.census else rest.clear()
    strangers = rest.join(may_be_new.select("record"), on="record", how="anti", maintain_order="left")
    named = pl.concat([known, may_be_new])
    numbered = renumbered(named, apart=carried.has_one_row)
    roster = numbered.select(*is_held, "new_record").unique(maintain_order=True)
    moved = numbered.select("record", pl.col("new_record").cast(RECORD))
    census = whole_census(numbered, held, carried)
    own = said_items(part, moved)
    stated = stated_by(part, own, moved, carried)
    items = {
        table: whole_items(table, own.get(table), held_items(table, held, roster), stated[table], carried)
        for table in ITEM_COLUMNS
    }
    said = DeliveredPart(said_census(census, numbered, carried), own, part.orphans.clear())
    orphans = pl.concat([part.orphans, orphans_of(strangers)])
    return DeliveredPart(census, items, orphans, part.unknown_fields, part.malformed, said)


def renumbered(people: pl.DataFrame, *, apart: bool) -> pl.DataFrame:
    """People's records with `new_record`: one a person, or (`apart`) one a row, of which the sync tells like from unlike."""
    if apart:
        return people.with_row_index("new_record")
    is_held = ["our_plan_id", "participant_id"]
    roster = people.select(is_held).unique(maintain_order=True).with_row_index("new_record")
    return people.join(roster, on=is_held, how="left", maintain_order="left")


def said_items(part: DeliveredPart, moved: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The items that a reading has, under the new record numbers (`moved`: record, new_record)."""
    found = {}
    for table, rows in part.items.items():
        own = rows.join(moved, on="record", how="inner", maintain_order="left").drop("record")
        found[table] = own.rename({"new_record": "record"}).select("record", *ITEM_COLUMNS[table])
    return found


def stated_by(
    part: DeliveredPart, own: dict[str, pl.DataFrame], moved: pl.DataFrame, carried: Carried
) -> dict[str, pl.DataFrame]:
    """By table the people (`record`, as in `moved`) of whom the reading has all items, so that what it lacks is gone.

    Where the part does not tell (a record replayed from quarantine) they are those of whom it has any.
    """
    nobody = moved.select(record="new_record").clear()
    found = {}
    for table in ITEM_COLUMNS:
        if table not in carried.states_all:
            found[table] = nobody
        elif part.stated is None:
            found[table] = own[table].select("record").unique() if table in own else nobody
        else:
            told = part.stated.get(table, nobody)
            found[table] = moved.join(told, on="record", how="semi").select(record="new_record").unique()
    return found


def held_items(table: str, held: HeldPeople, roster: pl.DataFrame) -> pl.DataFrame:
    """The items that are held of people (`roster`: our_plan_id, participant_id, new_record), by record."""
    theirs = held.items[table].join(roster, on=["our_plan_id", "participant_id"], how="inner", maintain_order="left")
    return theirs.select(pl.col("new_record").cast(RECORD).alias("record"), *ITEM_COLUMNS[table])


def said_census(census: pl.DataFrame, numbered: pl.DataFrame, carried: Carried) -> pl.DataFrame:
    """The census as the reading has it, nothing where it does not carry it; the ids are those found."""
    merged = numbered.group_by("new_record").agg(pl.col(CENSUS).drop_nulls().first())
    own = census.select("record", *PERSON).join(
        merged.with_columns(pl.col("new_record").cast(RECORD)), left_on="record", right_on="new_record", how="left"
    )
    blank = {name: pl.lit(None, pl.String) for name in CENSUS if name not in carried.census}
    return own.with_columns(**blank).select("record", *PEOPLE_COLUMNS)


def with_ids(people: pl.DataFrame) -> pl.DataFrame:
    """People with the id under which their SSN is held in their plan; none where it is nobody's, or several people's."""
    digits = people["ssn"].str.replace_all(r"[^0-9]", "")
    indexed = people.with_columns(
        ssn_index=pl.Series(index_ssns([text or "" for text in digits.to_list()]), dtype=pl.String)
    )
    ids = read_ids_by_ssn(people["our_plan_id"].unique().to_list(), indexed["ssn_index"].unique().to_list())
    found = indexed.drop("participant_id").join(ids, on=["our_plan_id", "ssn_index"], how="left", maintain_order="left")
    return found.select(people.columns)


def whole_census(numbered: pl.DataFrame, held: HeldPeople, carried: Carried) -> pl.DataFrame:
    """One census row a person: what the reading carries, and what is held of all else."""
    merged = numbered.group_by("new_record", maintain_order=True).agg(
        pl.col("plan_id", "our_plan_id", "participant_id").first(),
        pl.col(CENSUS).drop_nulls().first(),
    )
    both = merged.join(
        held.census, on=["our_plan_id", "participant_id"], how="left", maintain_order="left", suffix="_held"
    )
    is_new = pl.col("ssn_held").is_null()
    columns = {}
    for name in CENSUS:
        if name not in carried.census:
            columns[name] = pl.when(is_new).then(pl.col(name)).otherwise(pl.col(f"{name}_held"))
        elif carried.is_whole:
            columns[name] = pl.col(name)
        else:
            columns[name] = pl.coalesce(name, f"{name}_held")
    return both.select(
        pl.col("new_record").cast(RECORD).alias("record"), "plan_id", "participant_id", **columns
    ).select("record", *PEOPLE_COLUMNS)


def whole_items(
    table: str, delivered: pl.DataFrame | None, theirs: pl.DataFrame, stated: pl.DataFrame, carried: Carried
) -> pl.DataFrame:
    """The items of a table: those the reading has, and those held (`theirs`) that it says nothing of.

    `stated`: the people (record) of whom it has all, so that nothing held is kept beside it.
    """
    columns = ITEM_COLUMNS[table]
    if table not in carried.tables or delivered is None:
        return theirs
    silent = theirs.join(stated, on="record", how="anti", maintain_order="left")
    if carried.is_whole:
        return pl.concat([silent, delivered.select("record", *columns)]).sort("record", maintain_order=True)
    same = ["record", *SAME_ITEM[table]]
    if table in KEEPS_COLUMNS:
        delivered = delivered.unique(same, keep="last", maintain_order=True)
        both = delivered.join(theirs, on=same, how="left", nulls_equal=True, maintain_order="left", suffix="_held")
        rest = [name for name in columns if name not in same]
        delivered = both.select(*same, *(pl.coalesce(name, f"{name}_held").alias(name) for name in rest))
    others = silent.join(delivered.select(same), on=same, how="anti", nulls_equal=True, maintain_order="left")
    whole = pl.concat([others, delivered.select("record", *columns)])
    order = ["record", "hire_date"] if table == "employment" else ["record"]
    return whole.sort(order, maintain_order=True, nulls_last=True)


def orphans_of(strangers: pl.DataFrame) -> pl.DataFrame:
    """Rows of people who are nobody here, called by their place in the file."""
    shown = strangers.select("record", *PEOPLE_COLUMNS)
    return shown.select(
        pl.col("plan_id"),
        participant_id=pl.coalesce("participant_id", pl.format("(person {} of the file)", pl.col("record") + 1)),
        table=pl.lit("census"),
        row=pl.struct(PEOPLE_COLUMNS).struct.json_encode(),
    )
