"""Profiles are checked when they are loaded; what is wrong is told with the line, and the shipped ones are right."""

import json

import jsonschema
import pytest
import yaml

from planbridge.recordkeepers.profile_load import (
    SHIPPED,
    ProfileRefused,
    parse_profile,
    shipped_profile,
    shipped_profiles,
)
from scripts.write_profile_schema import PAGE, schema_text
from tests.docs.pages import ROOT

GOOD = """\
profile: own
title: Own layout
format: fixed_width
delivers: delta
carries: [contribution_rates]
key: ssn
layout: {record_length: 20}
sources:
  PRE: {kind: pretax}
records:
  - name: row
    fields:
      - {name: plan, at: 1, length: 6, into: plan_id}
      - {name: ssn, at: 7, length: 9, kind: ssn, into: ssn}
      - {name: percent, at: 16, length: 5, kind: number, decimals: 2}
    items:
      - {table: contribution_rates, columns: {percent: percent}, constants: {source: PRE}}
"""


@pytest.mark.parametrize("name", shipped_profiles())
def test_shipped_profiles_are_valid(name: str) -> None:
    """RK-4: each profile that comes with the product loads, bears its file's name, and fits the published schema."""
    assert shipped_profile(name).profile == name
    schema = json.loads(PAGE.read_text(encoding="utf-8"))
    jsonschema.validate(yaml.safe_load((SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")), schema)


def test_published_schema_is_current() -> None:
    """RK-4: docs/profile.schema.json is what scripts/write_profile_schema.py writes."""
    assert PAGE.read_text(encoding="utf-8") == schema_text()


def test_every_shipped_profile_is_in_the_docs() -> None:
    """RK-4: docs/profiles.md names each profile that comes with the product."""
    page = (ROOT / "docs/profiles.md").read_text(encoding="utf-8")
    assert {name for name in shipped_profiles() if f"| `{name}` |" not in page} == set()


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("at: 7, length: 9", "at: 8, length: 8", "PROFILE_GAP", 14),
        ("at: 7, length: 9", "at: 6, length: 10", "PROFILE_OVERLAP", 14),
        ("at: 16, length: 5", "at: 16, length: 4", "PROFILE_GAP", 11),
        ("at: 16, length: 5", "at: 16, length: 6", "PROFILE_OVERLAP", 11),
        ("kind: pretax", "kind: pretaxed", "PROFILE_INVALID", 9),
        ("kind: number", "kind: numeric", "PROFILE_INVALID", 15),
        ("into: plan_id", "into: plan", "PROFILE_INVALID", 13),
        (", into: plan_id", "", "PROFILE_INVALID", 11),
        ("key: ssn\n", "", "PROFILE_INVALID", 1),
        ("percent: percent", "percent: per_cent", "PROFILE_INVALID", 17),
        ("source: PRE", "source: POST", "PROFILE_INVALID", 17),
        ("delivers: delta", "delivers: some", "PROFILE_INVALID", 4),
        ("title: Own layout", "title: Own layout\ncolour: red", "PROFILE_INVALID", 1),
        ("name: row", "name: [", "PROFILE_INVALID", None),
        ("title: Own layout", "title: &a x\nx: *a", "PROFILE_INVALID", None),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, code: str, line: int | None) -> None:
    """RK-4: a gap, an overlap, an unknown kind, name or key refuses the profile and names the line at fault."""
    assert parse_profile(GOOD.encode(), "own.yaml").profile == "own"
    with pytest.raises(ProfileRefused) as refused:
        parse_profile(GOOD.replace(old, new, 1).encode(), "own.yaml")
    first = refused.value.problems[0]
    assert first.code == code
    assert line is None or first.value == f"own.yaml, line {line}"


def test_a_map_to_an_unknown_word_is_refused() -> None:
    """RK-4: a code map whose words the column does not know is refused by the line of the code."""
    text = (SHIPPED / "empower-pdi.yaml").read_text(encoding="utf-8").replace("{M: married, S", "{M: wed, S")
    with pytest.raises(ProfileRefused, match="wed is no marital_status"):
        parse_profile(text.encode(), "own.yaml")
