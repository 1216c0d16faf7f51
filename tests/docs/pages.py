"""The documentation as the tests see it: pages, their headings, links and commands."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
# Text or label, then an address without spaces.
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:(?<=`)|^)planbridge ([a-z][a-z-]*(?: [a-z][a-z-]*)*)", re.MULTILINE)
MAKE = re.compile(r"(?:(?<=`)|^)make ([a-z]+)", re.MULTILINE)


def links(page: Path) -> list[str]:
    """The addresses that a page links to, those in code left out."""
    return LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as a link gives them after its #."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
