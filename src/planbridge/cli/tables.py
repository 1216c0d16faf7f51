"""Tables of answers in words: they fold what is too long, because an id cut short is of no use."""

from rich import box
from rich.table import Table


def plain_table(*headings: str, right: tuple[str, ...] = (), title: str | None = None) -> Table:
    """An empty table of these columns; those named in `right` hold numbers."""
    table = Table(box=box.SIMPLE, title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold", justify="right" if heading in right else "left")
    return table
