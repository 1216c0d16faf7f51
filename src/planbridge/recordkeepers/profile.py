"""The language of file profiles: one layout of a recordkeeper's files as data; docs/profile.schema.json is made of it."""

import hashlib
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

Format = Literal["delimited", "fixed_width", "ofx", "excel"]
FieldKind = Literal["text", "ssn", "date", "number", "code", "source", "filler"]
DateForm = Literal[
    "MMDDYYYY", "MM/DD/YYYY", "YYYYMMDD", "YYYY-MM-DD", "YYYY/MM/DD", "MM-DD-YYYY", "DDMMYYYY", "MMDDYYYYHHmm"
]
Sign = Literal["none", "leading", "first_byte", "trailing", "overpunch"]
Must = Literal["any", "filled", "blank"]
Part = Literal[
    "census", "employment", "contribution_rates", "allocations", "balances", "vesting", "loans", "beneficiaries", "ytd",
    "contributions",
]  # fmt: skip
Delivers = Literal["delta", "window", "full"]
# What a column of a written row says. earliest_date: the day from which a change applies, and for one of the next payroll
# the day on which it was asked for. rate_type: which of percent and amount the value is.
RowWord = Literal[
    "plan_id", "participant_id", "ssn", "source", "percent", "amount", "value", "rate_type", "effective_date",
    "earliest_date", "requested_date",
]  # fmt: skip
Place = Annotated[int, Meta(ge=1, le=65_536)]
Size = Annotated[int, Meta(ge=1, le=65_536)]
NotEmpty = Annotated[str, Meta(min_length=1)]
WrittenName = Annotated[str, Meta(pattern=r"^([A-Za-z0-9_-]|\{batch\})([A-Za-z0-9._-]|\{batch\})*$", max_length=100)]
ProfileName = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
COLUMNS_MAX = 2_000  # of a file that is not fixed width
# A value of a map, written with or without quotes in YAML.
Texts = list[str] | str
SOURCE_KINDS = (
    "pretax", "roth", "aftertax", "catch_up", "roth_catch_up", "match", "safe_harbor_match",
    "safe_harbor_nonelective", "profit_sharing", "qnec", "qmac", "rollover", "roth_rollover", "money_purchase", "other",
)  # fmt: skip
# Money of one payday. No canonical table: payroll's word, of which no sync takes anything.
CONTRIBUTION_COLUMNS = ("use", "source", "amount")  # use: contribution, or loan (which has no source)


class Field(Struct, frozen=True, forbid_unknown_fields=True):
    """One field of a record: where it stands, how it is written, where it goes."""

    name: NotEmpty  # the column's name in the file's header, or what the layout's document calls it
    at: Place | None = None  # first byte of a fixed-width record, or number of the column, from 1
    length: Size | None = None  # fixed width only
    kind: FieldKind = "text"
    into: str | None = None  # column of the census, or plan_id, participant_id; items name fields by themselves
    must: Must = "any"  # whether it has to hold something, or nothing (a filler that does not is a shifted record)
    checked: bool = False  # read, and its row refused when it cannot be, though nothing takes it
    form: DateForm | None = None  # of a date
    lost_zero: bool = False  # a date of 7 digits lost its leading zero in a spreadsheet: put it back, and warn
    decimals: Annotated[int, Meta(ge=0, le=10)] = 0  # implied by the layout, not written: 9(7)v99 has 2
    sign: Sign = "leading"
    negative_when: dict[str, Texts] = {}  # the sign lives in another field: {Record type: "06"}
    empty: list[str] = []  # texts that mean "not known" beside blank: "00000000", "NULL"
    codes: str | None = None  # name of the code map of a code
    pad: Annotated[int, Meta(ge=0, le=40)] = 0  # put lost leading zeros back up to this length


class Item(Struct, frozen=True, forbid_unknown_fields=True):
    """What one record adds to a table of items."""

    table: Part
    columns: dict[str, str]  # column of the table: name of the field
    constants: dict[str, str] = {}  # column of the table: text
    when: dict[str, Texts] = {}  # only where these fields have (one of) these values, after their code maps


class Record(Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of record in a file."""

    name: NotEmpty
    fields: Annotated[list[Field], Meta(min_length=1)]
    role: Literal["header", "detail", "trailer"] = "detail"
    when: dict[str, Texts] = {}  # which lines are of this kind, by the text of its fields
    items: list[Item] = []


class Layout(Struct, frozen=True, forbid_unknown_fields=True):
    """How lines are cut into fields."""

    separator: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    quote: Annotated[str, Meta(max_length=1)] = '"'
    names_line: Annotated[int, Meta(ge=0, le=20)] = 1  # the line of the column names, from 1; 0: there is none
    by: Literal["name", "position"] = "name"
    surplus: Literal["blank", "refuse"] = "blank"  # fields beyond the last column: taken when blank, or never
    record_length: Annotated[int, Meta(ge=0, le=65_536)] = 0
    short: Literal["pad", "refuse"] = "refuse"  # fixed width: trailing blanks were trimmed, or it is no record
    counted_in: Literal["characters", "bytes"] = "characters"
    sheet: str = ""  # Excel: the sheet's name; empty: the first


class Total(Struct, frozen=True, forbid_unknown_fields=True):
    """A control total that a header or trailer states: a count of records, or a sum of a field."""

    record: NotEmpty  # the header or trailer
    field: NotEmpty
    counts: Literal["details", "details_and_header", "lines"] | None = None
    sums: str | None = None  # field of the detail record
    of: str | None = None  # the detail record that has the field
    negatives: Literal["subtract", "leave_out", "add"] = "subtract"  # how rows with a minus count in the sum


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of money in the file: what it is, and, where the plan's own code differs, that code."""

    kind: NotEmpty
    source: Annotated[str, Meta(max_length=16)] | None = None


class Ofx(Struct, frozen=True, forbid_unknown_fields=True):
    """How a statement's names become ours."""

    fund_from: tuple[Literal["FIID", "TICKER", "UNIQUEID"], ...] = ("FIID", "UNIQUEID")  # the first that is there
    vested: list[str] = []  # sources (OFX names) to which CURRENTVESTPCT applies, where the statement has them


class FileNames(Struct, frozen=True, forbid_unknown_fields=True):
    """Regular expressions for whole file names, the part for live files and the one for tests."""

    live: list[str] = []
    test: list[str] = []


class WrittenRow(Struct, frozen=True, forbid_unknown_fields=True):
    """How a participant's wish is written as a row: of which kind of record, what stands in its columns."""

    record: NotEmpty
    columns: dict[str, RowWord]  # column of the record: what it says; every other column is blank
    constants: dict[str, str] = {}  # column of the record: text


class Submissions(Struct, frozen=True, forbid_unknown_fields=True):
    """Which wishes of participants are written in this layout, beside the canonical file of their batch."""

    file_name: WrittenName  # {batch} is the name of the batch's folder
    contribution_rate: WrittenRow


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file profile."""

    profile: ProfileName
    title: NotEmpty
    format: Format
    delivers: Delivers  # only what changed, what changed within some days, or everything
    carries: Annotated[list[Part], Meta(min_length=1)]  # parts of a participant; all else stays as it is
    key: Literal["participant_id", "ssn"]  # how a row names its person
    rows_per_person: Literal["one", "several"] = "one"
    # Of these a row or statement that has them has all of its person's: what it does not name is gone.
    states_all: list[Part] = []
    encoding: Literal["utf-8", "cp1252", "ascii"] = "utf-8"
    megabytes_max: Annotated[int, Meta(ge=1, le=1_000_000)] = 20_000
    file_names: FileNames = FileNames()
    layout: Layout = Layout()
    records: list[Record] = []
    totals: list[Total] = []
    codes: dict[str, dict[str, str | None]] = {}
    sources: dict[str, Source] = {}
    from_header: dict[Literal["plan_id"], str] = {}  # what a header record says of every record below it
    ofx: Ofx | None = None
    submissions: Submissions | None = None

    @property
    def means_gone(self) -> bool:
        """Whether a person whom the file does not have is gone at the recordkeeper."""
        return self.delivers == "full" and "census" in self.carries

    @property
    def digest(self) -> str:
        """What tells it from every other profile, and from other versions of itself."""
        said = msgspec.json.encode(self, order="deterministic")
        return f"{self.profile}-{hashlib.sha256(said).hexdigest()[:16]}"

    def record(self, name: str) -> Record | None:
        """A kind of record by its name."""
        return next((one for one in self.records if one.name == name), None)

    @property
    def details(self) -> list[Record]:
        """The kinds of records that hold people."""
        return [one for one in self.records if one.role == "detail"]

    def source_of(self, text: str) -> str:
        """The source under which a source of the file is kept: the plan's own code where one is given."""
        return self.sources[text].source or text

    def kind_of_source(self) -> dict[str, str]:
        """The kind of each source that readings name."""
        return {self.source_of(text): one.kind for text, one in self.sources.items()}


def as_list(texts: Texts) -> list[str]:
    """One text or several, as a list."""
    return [texts] if isinstance(texts, str) else texts


def field_of(record: Record, name: str) -> Field | None:
    """A field of a record by its name."""
    return next((one for one in record.fields if one.name == name), None)


def profile_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a profile."""
    schema = msgspec.json.schema(Profile)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Planbridge file profile"}
    return head | schema
