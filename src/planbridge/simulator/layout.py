"""File layouts as the shipped profiles describe them, read here as data alone: the simulator shares no code with the reader."""

from functools import cache
from pathlib import Path

import msgspec

SHIPPED = Path(__file__).parents[1] / "recordkeepers" / "profiles"
# A value of a map, written with or without brackets in YAML.
Texts = list[str] | str


class LayoutUnknownError(LookupError):
    """No layout has this name, or its file cannot be read as one; the message says which there are."""


class Field(msgspec.Struct, frozen=True):
    """One field of a record: where it stands and how it is written; the keys are those of docs/profiles.md."""

    name: str
    at: int | None = None
    length: int | None = None
    kind: str = "text"
    into: str | None = None
    must: str = "any"
    form: str | None = None
    decimals: int = 0
    sign: str = "leading"
    empty: list[str] = []
    codes: str | None = None
    pad: int = 0


class Item(msgspec.Struct, frozen=True):
    """Which fields hold an item of a table."""

    table: str
    columns: dict[str, str]
    constants: dict[str, str] = {}
    when: dict[str, Texts] = {}


class Record(msgspec.Struct, frozen=True):
    """One kind of record: `header`, `detail` or `trailer`."""

    name: str
    fields: list[Field]
    role: str = "detail"
    when: dict[str, Texts] = {}
    items: list[Item] = []


class Cutting(msgspec.Struct, frozen=True):
    """How lines are cut into fields."""

    separator: str = ","
    quote: str = '"'
    names_line: int = 1
    by: str = "name"
    record_length: int = 0
    sheet: str = ""


class Total(msgspec.Struct, frozen=True):
    """A control total that a header or trailer states."""

    record: str
    field: str
    counts: str | None = None
    sums: str | None = None
    of: str | None = None


class Source(msgspec.Struct, frozen=True):
    """A kind of money in the file, and the plan's own code for it where one is given."""

    kind: str
    source: str | None = None


class FileNames(msgspec.Struct, frozen=True):
    """Regular expressions of the names that live files have."""

    live: list[str] = []


class Layout(msgspec.Struct, frozen=True):
    """A file layout."""

    profile: str
    title: str
    format: str
    carries: list[str]
    key: str
    encoding: str = "utf-8"
    file_names: FileNames = FileNames()
    layout: Cutting = Cutting()
    records: list[Record] = []
    totals: list[Total] = []
    codes: dict[str, dict[str, str | None]] = {}
    sources: dict[str, Source] = {}
    from_header: dict[str, str] = {}

    def records_of(self, role: str) -> list[Record]:
        """The kinds of records of a role."""
        return [record for record in self.records if record.role == role]

    def source_of(self, source: str, kind: str) -> str | None:
        """The file's word for a plan's source: the one that names it, else the first of its kind; None for none."""
        named = (word for word, one in self.sources.items() if one.source == source)
        alike = (word for word, one in self.sources.items() if one.kind == kind)
        return next(named, None) or next(alike, None)

    def code_of(self, name: str | None, value: str | None) -> str | None:
        """The file's code for a value of ours; None where its map has none."""
        return next((code for code, word in self.codes.get(name or "", {}).items() if word == value), None)


def layout_names() -> list[str]:
    """The names of the layouts that ship."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


@cache
def shipped_layout(name: str) -> Layout:
    """A layout that ships; raises LayoutUnknownError."""
    if name not in layout_names():
        message = f"form {name}: csv, ndjson, {', '.join(layout_names())}, or the path of a profile (.yaml)"
        raise LayoutUnknownError(message)
    return read_layout(SHIPPED / f"{name}.yaml")


def read_layout(path: Path) -> Layout:
    """The layout of a profile's YAML file; raises LayoutUnknownError when it is none."""
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=Layout)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
        message = f"{path.name} is no profile: {error}"
        raise LayoutUnknownError(message) from error
