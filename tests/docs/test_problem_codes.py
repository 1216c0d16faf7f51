"""The page of problem codes is the catalogue."""

from planbridge.activity.problem_catalogue import CATALOGUE
from scripts.write_problem_codes import PAGE, page_text, read_catalogue


def test_page_is_current() -> None:
    """PR-1: the page is what `python scripts/write_problem_codes.py` makes of the catalogue."""
    assert PAGE.read_text(encoding="utf-8") == page_text(read_catalogue())


def test_page_has_every_code() -> None:
    """PR-1: every code stands on the page with its severity, what is wrong and who mends it; none falls out by its group."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    for code, kind in CATALOGUE.items():
        assert f"| `{code}` | {kind.severity} | {kind.description} | {kind.fix} |" in lines
