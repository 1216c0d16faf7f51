"""Every behaviour that the documents call covered has a test that says so, and no test names one that is not there."""

import ast
import re

from tests.architecture.source_files import PROJECT, TEST_FILES, facts_of

BEHAVIOURS = PROJECT / "docs" / "behaviours.md"
# "| PS-10 + | what it is | covered |", or several at once: "| SB-1 to SB-4 | ...".
ROW = re.compile(r"^\| ([A-Z]{2})-(\d+)(?: to [A-Z]{2}-(\d+))?(?: \+)? \|.*\| ([^|]+) \|$", re.MULTILINE)
OPENING = re.compile(r"^[A-Z]{2}-\d+(?:, [A-Z]{2}-\d+)*(?=: )")
FEWEST = 30  # fewer rows would mean that the page is written otherwise than this test reads it


def statuses() -> dict[str, str]:
    """The status of every numbered behaviour."""
    found = {
        f"{area}-{number}": status
        for area, first, last, status in ROW.findall(BEHAVIOURS.read_text(encoding="utf-8"))
        for number in range(int(first), int(last or first) + 1)
    }
    assert len(found) >= FEWEST
    return found


def behaviours_tested() -> set[str]:
    """The numbers that open a test's docstring."""
    openings = (OPENING.match(ast.get_docstring(test) or "") for file in TEST_FILES for test in facts_of(file))
    return {number for opening in openings if opening for number in opening.group().split(", ")}


def test_every_covered_behaviour_has_a_test() -> None:
    """A behaviour that is called covered is named by at least one test."""
    assert {number for number, status in statuses().items() if status == "covered"} - behaviours_tested() == set()


def test_every_behaviour_of_a_test_is_in_the_documents() -> None:
    """A test names only behaviours that the documents have."""
    assert behaviours_tested() - statuses().keys() == set()
