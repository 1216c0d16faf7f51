"""Profiles of databases as data: the queries that give a recordkeeper's plans and people, checked when they are loaded."""

import re
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta, Struct

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.delivered import ITEM_COLUMNS
from planbridge.recordkeepers.formats.canonical_csv import CENSUS_FILE_COLUMNS, KEY
from planbridge.recordkeepers.profile_load import PROFILE_BYTES_MAX, ProfileRefused, parse_profile

SHIPPED = Path(__file__).parent / "sql_profiles"
IS_READING = re.compile(r"^\s*(select|with)\b", re.IGNORECASE)
NAMES_PLANS = ":plan_ids"
Query = Annotated[str, Meta(min_length=1, max_length=20_000)]


class SqlProfile(Struct, frozen=True, forbid_unknown_fields=True):
    """How a database is read. Every query but `plan_list` and `as_of` has `IN :plan_ids` and gives plan_id.

    A column named "employer.ein" stands in the plan's document as employer's ein.
    """

    profile: Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
    title: str
    as_of: Query  # one value: the moment, or the day, that the data describe
    plan_list: Query  # plan_id, name, participants
    plan: Query  # one row a plan
    plan_lists: dict[str, Query]  # place in the document: its rows
    people: Query  # plan_id, participant_id and columns of the census, as participants.csv has them
    items: dict[str, Query]  # table of items: plan_id, participant_id and its columns
    booleans: list[str] = []  # places in the document whose 0 and 1 mean no and yes


class SqlProfileRefused(ValueError):  # noqa: N818 - says what happened
    """A profile that cannot be used; the message says which query, and why."""


@cache
def shipped_sql_profiles() -> dict[str, Path]:
    """The profiles that come with the product: name to file."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}


@cache
def shipped_sql_profile(name: str) -> SqlProfile:
    """A profile that comes with the product; raises KeyError for another name."""
    return parse_sql_profile(shipped_sql_profiles()[name].read_bytes())


def parse_sql_profile(content: bytes) -> SqlProfile:
    """The profile that a YAML text describes; raises SqlProfileRefused."""
    try:
        profile = msgspec.convert(yaml.safe_load(content), SqlProfile)
    except (yaml.YAMLError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise SqlProfileRefused(str(error)) from error
    for table in profile.items:
        if table not in ITEM_COLUMNS or table == "employment":
            message = f"{table} is no table of items."
            raise SqlProfileRefused(message)
    for name, query in queries_of(profile).items():
        if not IS_READING.match(query) or ";" in query:
            message = f"The query {name} is not one SELECT."
            raise SqlProfileRefused(message)
        if name not in {"as_of", "plan_list"} and NAMES_PLANS not in query:
            message = f"The query {name} lacks IN {NAMES_PLANS}: it would read all plans for one."
            raise SqlProfileRefused(message)
    return profile


def is_sql_profile(content: bytes) -> bool:
    """Whether a YAML text means to describe a database rather than a file: it has the query that lists the plans."""
    return re.search(rb"^plan_list\s*:", content, re.MULTILINE) is not None


def check_profile(path: Path) -> str:
    """The name of the profile of a file or a database that a YAML file describes; raises ProfileRefused, OSError."""
    content = path.read_bytes()
    if len(content) > PROFILE_BYTES_MAX or not is_sql_profile(content):
        return parse_profile(content, path.name).profile
    try:
        return parse_sql_profile(content).profile
    except SqlProfileRefused as refused:
        raise ProfileRefused([Problem("PROFILE_INVALID", value=path.name, detail=str(refused))]) from refused


def queries_of(profile: SqlProfile) -> dict[str, str]:
    """Every query by its place in the profile."""
    single = {name: str(getattr(profile, name)) for name in ("as_of", "plan_list", "plan", "people")}
    lists = {f"plan_lists.{name}": query for name, query in profile.plan_lists.items()}
    return single | lists | {f"items.{name}": query for name, query in profile.items.items()}


def columns_allowed(table: str) -> tuple[str, ...]:
    """The columns that a query of people or items may give."""
    return CENSUS_FILE_COLUMNS if table == "people" else (*KEY, *ITEM_COLUMNS[table])
