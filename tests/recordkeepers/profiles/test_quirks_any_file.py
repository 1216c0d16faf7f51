"""Quirks that any file may have: marks, encodings, strange letters, packed content, what is empty or too large."""

import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from msgspec import structs

from planbridge.recordkeepers.profile_load import shipped_profile
from tests.recordkeepers.profiles.reading import read
from tests.recordkeepers.profiles.test_quirks_empower import record

HEAD = "RecordType,PlanId,EmployeeLastName,EmployeeSSN,EffectiveDate,ContributionCode,DeferralPercent,DeferralAmount,LoanNumber,LoanPaymentAmount\n"
ROW = "D,900123,{},900110001,11062026,401K,9.00,0.00,,\n"


def test_byte_order_mark(tmp_path: Path) -> None:
    """A byte order mark is no part of the first column's name."""
    assert read("ascensus-360", b"\xef\xbb\xbf" + (HEAD + ROW).encode(), tmp_path).records == 1


def test_nul_bytes(tmp_path: Path) -> None:
    """A row with a NUL character is put aside; the others are read."""
    outcome = read("ascensus-360", HEAD + ROW.format("a\x00b") + ROW.format("x"), tmp_path)
    assert (outcome.problems, len(outcome.people)) == ([(2, "RECORD_MALFORMED")], 1)


@pytest.mark.parametrize("name", ["O\tMara", "O|Mara", "O'Mara-Díaz"])
def test_tab_or_pipe_in_a_name(tmp_path: Path, name: str) -> None:
    """A tab, a pipe, an accent in a name of a file of commas are part of the name."""
    assert read("ascensus-360", HEAD + ROW.format(name), tmp_path).people[0]["last_name"] == name


def test_an_open_quote_swallows_nothing(tmp_path: Path) -> None:
    """A quote that is not closed puts its own line aside and no other."""
    outcome = read("ascensus-360", HEAD + ROW.format('"O') + ROW.format('O"M') + ROW.format('"a,""b"'), tmp_path)
    assert outcome.problems == [(2, "RECORD_MALFORMED"), (3, "RECORD_MALFORMED")]
    assert outcome.people[0]["last_name"] == 'a,"b'


def test_pgp_under_a_plain_name(tmp_path: Path) -> None:
    """Encrypted content in a file that is agreed to be plain is told as such."""
    assert read("ascensus-360", b"-----BEGIN PGP MESSAGE-----\n\nx\n", tmp_path).file_problem == "FILE_DECRYPT_FAILED"
    assert read("empower-pdi", b"\x85\x02\x0c\x03" + bytes(200), tmp_path).file_problem == "FILE_DECRYPT_FAILED"


def test_packed_under_a_plain_name(tmp_path: Path) -> None:
    """A zip or gzip in place of text is refused."""
    for start in (b"PK\x03\x04", b"\x1f\x8b\x08"):
        assert read("ascensus-360", start + bytes(50), tmp_path).file_problem == "FILE_UNREADABLE"


def test_encodings(tmp_path: Path) -> None:
    """Bytes that are not in the profile's encoding refuse the file; in Windows-1252 the same bytes are letters."""
    content = (HEAD + ROW.format("Nuñez")).encode("cp1252")
    assert read("ascensus-360", content, tmp_path).file_problem == "FILE_ENCODING"
    western = structs.replace(shipped_profile("ascensus-360"), encoding="cp1252")
    assert read(western, content, tmp_path).people[0]["last_name"] == "Nuñez"
    assert read("ascensus-360", (HEAD + ROW).encode("utf-16"), tmp_path).file_problem == "FILE_ENCODING"


def test_empty_and_headless_files(tmp_path: Path) -> None:
    """No bytes, blank lines only, no header, and a header that lacks a column each have their own code."""
    assert read("ascensus-360", "", tmp_path).file_problem == "FILE_EMPTY"
    assert read("ascensus-360", "\n \n", tmp_path).file_problem in {"FILE_EMPTY", "HEADER_MISSING"}
    assert read("ascensus-360", ROW, tmp_path).file_problem == "HEADER_MISSING"
    assert read("ascensus-360", HEAD.replace("EmployeeSSN", "Other"), tmp_path).file_problem == "COLUMN_MISSING"
    assert read("ascensus-360", HEAD, tmp_path).records == 0


def test_too_large(tmp_path: Path) -> None:
    """A line without end and a file beyond the profile's limit are refused."""
    assert read("ascensus-360", HEAD + "x" * 1_100_000, tmp_path).file_problem == "FILE_TOO_LARGE"
    small = structs.replace(shipped_profile("ascensus-360"), megabytes_max=1)
    assert read(small, HEAD + ROW * 25_000, tmp_path).file_problem == "FILE_TOO_LARGE"


def test_two_plans_in_one_file(tmp_path: Path) -> None:
    """One person in two plans of a file is two participants."""
    outcome = read("ascensus-360", HEAD + ROW + ROW.replace("900123", "900124"), tmp_path)
    assert [one["plan_id"] for one in outcome.people] == ["900123", "900124"]


def sheet(path: Path) -> Path:
    """A census as a spreadsheet writes it: SSNs and ZIP codes as numbers, dates as cells and as text."""
    book = openpyxl.Workbook()
    rows = book.active
    assert rows is not None
    names = (
        "Plan ID",
        "SSN",
        "First Name",
        "Last Name",
        "Birth Date",
        "ZIP",
        "Hire Date",
        "Annual Compensation",
        "Shoe size",
    )
    rows.append(names)
    rows.append((900123, 10002, "An", "Li", date(1999, 11, 30), 501, date(2026, 1, 5), 0.1 + 0.2, 38))
    rows.append(("900123", "900-11-0001", "Noor", "O'Mara", "03/07/1971", "66603-1234", "06/14/2010", "76923.10", None))
    rows.append(("900123", "900-11-0003", "", "Garcia", "1964-02-30", None, None, None, None))
    book.save(path)
    return path


def test_excel_census(tmp_path: Path) -> None:
    """Excel's lost zeros come back with a warning, its dates and sums are what they mean, unread columns are named."""
    outcome = read("excel-census", sheet(tmp_path / "census.xlsx").read_bytes(), tmp_path)
    first, second = outcome.people
    assert (first["ssn"], first["zip"], first["birth_date"]) == ("000010002", "00501", "1999-11-30")
    assert first["annual_compensation"] == "0.3"
    assert (second["birth_date"], second["annual_compensation"]) == ("1971-03-07", "76923.10")
    assert sorted(outcome.problems) == [(4, "DATE_INVALID"), (4, "VALUE_MISSING")]
    assert (outcome.warnings, outcome.unread) == ([(2, "SSN_PADDED")], ("Shoe size",))


def test_zip_bomb_as_a_workbook(tmp_path: Path) -> None:
    """A workbook that unpacks beyond measure is refused before it is unpacked."""
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", bytes(70 << 20))
    assert read("excel-census", path.read_bytes(), tmp_path).file_problem == "FILE_TOO_LARGE"
    assert read("excel-census", b"PK\x03\x04 no workbook", tmp_path).file_problem == "FILE_UNREADABLE"


def test_a_header_without_end(tmp_path: Path) -> None:
    """A header of more columns than any layout has refuses the file, and takes no time."""
    names = ",".join(f"column{number}" for number in range(50_000))
    assert read("ascensus-360", f"{names},SSN,EmployeeSSN\n1\n", tmp_path).file_problem == "FILE_TOO_LARGE"


def test_records_of_one_length_are_read_as_any_others(tmp_path: Path) -> None:
    """Fixed width: a block of equal ASCII records, which is read by columns, comes to what each record comes to beside an odd one."""
    odd = record(Last_name="Núñez")
    some = [record(), record(Address_1="", City=""), record(SSN="12"), record(Gender="N"), record(Salary_amount="1,0")]
    for ends in ("\r\n", "\n", "\r\r\n"):
        even = [one.replace("\r\n", ends) for one in some]
        alone = read("empower-pdi", "".join(even), tmp_path)
        beside = read("empower-pdi", "".join(even) + odd, tmp_path)
        assert alone.problems == beside.problems
        assert [{**one, "record": 0} for one in alone.people] == [{**one, "record": 0} for one in beside.people[:-1]]
