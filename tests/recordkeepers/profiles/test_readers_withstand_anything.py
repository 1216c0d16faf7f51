"""Readers under broken input: whatever the bytes, every row is read or counted, and nothing but a refusal is raised."""

import random
from pathlib import Path

import openpyxl
import pytest

from planbridge.recordkeepers.profile_load import shipped_profile
from tests.recordkeepers.profiles.reading import read
from tests.recordkeepers.profiles.test_quirks_ascensus import HEAD as ASCENSUS
from tests.recordkeepers.profiles.test_quirks_ascensus import LOAN, NAMES, PAID, PRE_HEADER, RATE
from tests.recordkeepers.profiles.test_quirks_empower import record
from tests.recordkeepers.profiles.test_quirks_multi_record import HEAD, ROWS
from tests.recordkeepers.profiles.test_quirks_ofx import NAMES as OFX_NAMES
from tests.recordkeepers.profiles.test_quirks_ofx import position, statement, total
from tests.recordkeepers.profiles.test_quirks_paykonnect import HEAD as PAYKONNECT
from tests.recordkeepers.profiles.test_quirks_paykonnect import RATE as PAYKONNECT_RATE
from tests.recordkeepers.profiles.test_quirks_paykonnect import payroll

INPUTS = 20_000
FILES = 10
NASTY = (
    '"',
    ",",
    "\x00",
    "\t",
    "|",
    "é",
    "\u00a0",
    "{",
    "-",
    "+",
    "<",
    ">",
    "&",
    "&#0;",
    "9" * 40,
    "]]>",
    "\r",
    " ",
    "",
)
LINES = {
    "ascensus-360": (ASCENSUS, [RATE, LOAN.format("A1", "00000101.19")]),
    "ascensus-180": (PRE_HEADER + NAMES, [PAID]),
    "paykonnect-360": (PAYKONNECT, [PAYKONNECT_RATE]),
    "paykonnect-180": (payroll().splitlines()[0] + "\n", [payroll(Last_Name='O"Mara, Jr').splitlines()[1]]),
    "empower-pdi": ("", [record(), record(Last_name="Núñez")]),
    "michigan-multi-record": (HEAD, list(ROWS)),
}


def broken(text: str, chance: random.Random) -> str:
    """A text with some of its letters changed, taken out or put in."""
    for _ in range(chance.randint(0, 3)):
        at, size = chance.randrange(len(text)), chance.choice((0, 1, 1, 3))
        text = text[:at] + chance.choice(NASTY) + text[at + size :]
    return text


@pytest.mark.parametrize("name", LINES)
def test_every_row_is_read_or_counted(name: str, tmp_path: Path) -> None:
    """Of 20,000 broken rows each is read or put aside under its line, and none is both or neither."""
    chance, (head, good) = random.Random(name), LINES[name]
    for _ in range(FILES):
        rows = [broken(chance.choice(good).rstrip("\r\n"), chance).replace("\n", " ") for _ in range(INPUTS // FILES)]
        rows = [one for one in rows if one.strip(" \t\r\x1a")]
        outcome = read(name, head + "\n".join(rows) + "\n", tmp_path)
        assert outcome.file_problem is None
        assert outcome.records == len(rows)
        assert sorted(set(outcome.refused_lines)) == sorted(outcome.refused_lines)
        assert set(outcome.refused_lines) == {line for line, _ in outcome.problems}
        if shipped_profile(name).rows_per_person == "one":
            assert len(outcome.people) + len(outcome.refused_lines) == outcome.records


def test_every_statement_is_read_or_counted(tmp_path: Path) -> None:
    """Of 20,000 broken statements each is an account or put aside, unless a mark of its own end is what broke."""
    chance = random.Random("ofx")
    good = (
        statement(position() + position(source=None), total("1.00"))
        .removeprefix("<INVSTMTTRNRS>")
        .removesuffix("</INVSTMTTRNRS>")
    )
    loose = good.replace("</UNITS>", "").replace("</ACCTID>", "")
    for _ in range(FILES):
        many = [broken(chance.choice((good, loose)), chance) for _ in range(INPUTS // FILES)]
        text = "".join(f"<INVSTMTTRNRS>{one}</INVSTMTTRNRS>\n" for one in many)
        outcome = read("ofx-401k", f"{OFX_NAMES}<OFX>{text}</OFX>".encode("cp1252", "replace"), tmp_path)
        assert outcome.records == len(many)
        assert len(outcome.people) + len(outcome.problems) == len(many)


@pytest.mark.parametrize("name", [*LINES, "ofx-401k", "excel-census"])
def test_any_bytes_are_refused_or_read(name: str, tmp_path: Path) -> None:
    """Files of chance bytes, alone or behind a sound beginning, raise nothing but a refusal."""
    chance = random.Random(name)
    head = LINES.get(name, (f"{OFX_NAMES}<OFX><INVSTMTTRNRS>", []))[0].encode()
    for _ in range(150):
        noise = chance.randbytes(chance.choice((1, 20, 3_000)))
        outcome = read(name, noise if chance.random() < 0.3 else head + noise, tmp_path)
        assert outcome.file_problem or outcome.records >= len(outcome.refused_lines)


def test_any_cells_of_a_sheet(tmp_path: Path) -> None:
    """Of 20,000 chance rows of a sheet each is a person or put aside."""
    chance, book = random.Random("excel"), openpyxl.Workbook()
    rows = book.active
    assert rows is not None
    rows.append(("Plan ID", "SSN", "First Name", "Last Name", "Birth Date", "Annual Compensation"))
    values = (
        "900123",
        10002,
        "900-11-0001",
        "",
        None,
        "Li",
        0.30000000000000004,
        -5,
        "02/29/1964",
        "x" * 50,
        True,
        1e300,
    )
    for _ in range(INPUTS):
        rows.append(("900123", *(chance.choice(values) for _ in range(5))))
    book.save(tmp_path / "sheet.xlsx")
    outcome = read("excel-census", (tmp_path / "sheet.xlsx").read_bytes(), tmp_path)
    assert len(outcome.people) + len(outcome.refused_lines) == outcome.records == INPUTS


@pytest.mark.timeout(20)
def test_nothing_takes_longer_for_being_nasty(tmp_path: Path) -> None:
    """Runs of blanks, quotes, commas and open tags of a megabyte are done with in seconds."""
    for piece in ('"', ",", " ", '","', "< ", "<A>", "&", "<INVSTMTTRNRS>", "<INVPOS>"):
        long = piece * (900_000 // len(piece))
        read("ascensus-360", ASCENSUS + long + "\n", tmp_path)
        read("ofx-401k", f"<OFX><INVSTMTTRNRS>{long}</INVSTMTTRNRS></OFX>", tmp_path)
