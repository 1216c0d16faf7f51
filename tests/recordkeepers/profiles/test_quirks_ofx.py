"""Quirks of OFX 401(k) statements, and of funds and prices in them, one test each."""

import tracemalloc
from decimal import Decimal
from pathlib import Path

import pytest

from planbridge.recordkeepers.profile_load import shipped_profile
from planbridge.recordkeepers.profile_reading import FileReading
from tests.docs.pages import ROOT
from tests.recordkeepers.profiles.reading import read

ACCOUNT = "900123.000412-01"
NAMES = "".join(
    f"{key}:{value}\r\n"
    for key, value in (("OFXHEADER", "100"), ("DATA", "OFXSGML"), ("VERSION", "102"), ("CHARSET", "1252"))
)


def position(  # noqa: PLR0913 - the parts of a position, each with what it usually is
    *, unique: str = "99A001108", units: str = "100.5000", price: str = "20.0000", value: str = "2010.00",
    source: str | None = "PRETAX", day: str = "20260930160000.000[-4:EDT]",
) -> str:  # fmt: skip
    """A position in closed tags."""
    named = f"<INV401KSOURCE>{source}</INV401KSOURCE>" if source else ""
    return (
        f"<POSMF><INVPOS><SECID><UNIQUEID>{unique}</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID>"
        f"<HELDINACCT>OTHER</HELDINACCT><POSTYPE>LONG</POSTYPE><UNITS>{units}</UNITS><UNITPRICE>{price}</UNITPRICE>"
        f"<MKTVAL>{value}</MKTVAL><DTPRICEASOF>{day}</DTPRICEASOF>{named}</INVPOS></POSMF>"
    )


def statement(positions: str = "", more: str = "", *, account: str = ACCOUNT, before: str = "") -> str:
    """A statement with its envelope."""
    return (
        "<INVSTMTTRNRS><TRNUID>1</TRNUID><STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS><INVSTMTRS>"
        f"<DTASOF>20260930</DTASOF><CURDEF>USD</CURDEF><INVACCTFROM><BROKERID>rk.example</BROKERID><ACCTID>{account}</ACCTID>"
        f"</INVACCTFROM>{before}<INVPOSLIST>{positions}</INVPOSLIST>{more}</INVSTMTRS></INVSTMTTRNRS>"
    )


def ofx(*statements: str, securities: str = "") -> str:
    """A file of statements."""
    listed = f"<SECLISTMSGSRSV1><SECLIST>{securities}</SECLIST></SECLISTMSGSRSV1>" if securities else ""
    return f"{NAMES}\r\n<OFX><INVSTMTMSGSRSV1>{''.join(statements)}</INVSTMTMSGSRSV1>{listed}</OFX>\r\n"


def total(text: str) -> str:
    """The statement's own total."""
    return f"<INV401KBAL><TOTAL>{text}</TOTAL></INV401KBAL>"


def test_the_published_sample(tmp_path: Path) -> None:
    """Three positions come to 792.29, and the statement's own total of 1000.00 is a warning."""
    values = (("396.4", "FOO"), ("395.89", "BAR"), ("0.0", "BAZ"))
    text = ofx(
        statement("".join(position(value=value, unique=name, source=None) for value, name in values), total("1000.00"))
    )
    outcome = read("ofx-401k", text, tmp_path)
    assert sum(Decimal(one["market_value"]) for one in outcome.of(ACCOUNT, "balances")) == Decimal("792.29")
    assert (outcome.problems, [code for _, code in outcome.warnings]) == ([], ["TOTALS_DIFFER"])


def test_c1_total_that_is_not_the_sum(tmp_path: Path) -> None:
    """A total that differs is a warning and changes no position; one that agrees is none."""
    assert read("ofx-401k", ofx(statement(position(), total("2010.00"))), tmp_path).warnings == []
    assert [code for _, code in read("ofx-401k", ofx(statement(position(), total("2010.01"))), tmp_path).warnings] == [
        "TOTALS_DIFFER"
    ]


def test_c2_zero_balances_beside_positions(tmp_path: Path) -> None:
    """Balances of zero take nothing from real positions."""
    text = ofx(statement(position(), "<INV401KBAL><CASHBAL>0.0</CASHBAL><TOTAL>0.0</TOTAL></INV401KBAL>"))
    assert read("ofx-401k", text, tmp_path).of(ACCOUNT, "balances")[0]["market_value"] == "2010.00"


def test_c3_one_security_in_several_sources(tmp_path: Path) -> None:
    """One security in two sources is two balances."""
    found = read("ofx-401k", ofx(statement(position() + position(source="MATCH"))), tmp_path).of(ACCOUNT, "balances")
    assert [(one["source"], one["fund"]) for one in found] == [("PRETAX", "99A001108"), ("MATCH", "99A001108")]


def test_c4_no_source_is_not_pretax(tmp_path: Path) -> None:
    """Money without a source has none."""
    assert (
        read("ofx-401k", ofx(statement(position(source=None))), tmp_path).of(ACCOUNT, "balances")[0]["source"] is None
    )


def test_c5_stale_price_date(tmp_path: Path) -> None:
    """Each position keeps the date of its own price."""
    text = ofx(statement(position() + position(unique="X", day="20260929")))
    dates = [one["price_date"] for one in read("ofx-401k", text, tmp_path).of(ACCOUNT, "balances")]
    assert dates == ["2026-09-30", "2026-09-29"]


def test_c6_transactions_change_no_position(tmp_path: Path) -> None:
    """Negative units of transfers and sales stand in transactions, which are named as not used."""
    moved = "<INVTRANLIST><TRANSFER><INVTRAN><FITID>3</FITID></INVTRAN><UNITS>-9.06</UNITS></TRANSFER></INVTRANLIST>"
    outcome = read("ofx-401k", ofx(statement(position(), before=moved)), tmp_path)
    assert [one["units"] for one in outcome.of(ACCOUNT, "balances")] == ["100.5000"]
    assert outcome.unread == ("INVTRANLIST",)


def test_c7_security_that_is_not_listed(tmp_path: Path) -> None:
    """A listed security is known by the plan's fund code, one that is not by its own id."""
    info = "<SECINFO><SECID><UNIQUEID>CIT2060</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID><SECNAME>X</SECNAME><FIID>1659</FIID></SECINFO>"
    text = ofx(statement(position(unique="CIT2060") + position()), securities=f"<OTHERINFO>{info}</OTHERINFO>")
    assert [one["fund"] for one in read("ofx-401k", text, tmp_path).of(ACCOUNT, "balances")] == ["1659", "99A001108"]


def election(unique: str, pretax: str, match: str = "") -> str:
    """The split of new money into one security."""
    matched = f"<MATCHCONTRIBPCT>{match}</MATCHCONTRIBPCT>" if match else ""
    return f"<CONTRIBSECURITY><SECID><UNIQUEID>{unique}</UNIQUEID></SECID><PRETAXCONTRIBPCT>{pretax}</PRETAXCONTRIBPCT>{matched}</CONTRIBSECURITY>"


def test_c8_elections_total_100_by_source(tmp_path: Path) -> None:
    """Percents come to 100 for each source over its securities; where they do not, the statement is put aside."""
    good = f"<INV401K><PLANID>900123</PLANID><CONTRIBINFO>{election('A', '60.0', '100')}{election('B', '40.0')}</CONTRIBINFO></INV401K>"
    outcome = read(
        "ofx-401k", ofx(statement(more=good), statement(more=good.replace("60.0", "59.0"), account="2")), tmp_path
    )
    assert [(one["source"], one["fund"], one["percent"]) for one in outcome.of(ACCOUNT, "allocations")] == [
        ("PRETAX", "A", "60.0"), ("MATCH", "A", "100"), ("PRETAX", "B", "40.0"),
    ]  # fmt: skip
    assert [code for _, code in outcome.problems] == ["ALLOCATION_NOT_100"]


def test_c9_unclosed_leaves(tmp_path: Path) -> None:
    """Leaves without end tags, mixed line ends, Windows letters and loose ampersands are read."""
    text = (
        ofx(statement(position(units="+0000000000040.25000", value="+00000000000402.5000"), "<INV401K><EMPLOYERNAME>Müller & Söhne</EMPLOYERNAME><CURRENTVESTPCT>80.0</CURRENTVESTPCT></INV401K>"))
        .replace("<POSTYPE>", "\n<MEMO>\r\n<POSTYPE>")
    )  # fmt: skip
    for tag in (
        "UNIQUEID",
        "UNIQUEIDTYPE",
        "UNITS",
        "MKTVAL",
        "ACCTID",
        "EMPLOYERNAME",
        "CURRENTVESTPCT",
        "INV401KSOURCE",
    ):
        text = text.replace(f"</{tag}>", "")
    outcome = read("ofx-401k", text.encode("cp1252"), tmp_path)
    assert (outcome.problems, outcome.file_problem) == ([], None)
    assert (outcome.of(ACCOUNT, "balances")[0]["units"], outcome.of(ACCOUNT, "balances")[0]["price"]) == (
        "40.25000",
        "20.0000",
    )


def test_c10_offset_without_number(tmp_path: Path) -> None:
    """A date keeps its day whatever stands in the brackets behind it."""
    for zone in ("[:EST]", "[EST]", "[-5]", ""):
        text = ofx(statement(position(day=f"20260930160000.000{zone}")))
        assert read("ofx-401k", text, tmp_path).of(ACCOUNT, "balances")[0]["price_date"] == "2026-09-30", zone
    assert [code for _, code in read("ofx-401k", ofx(statement(position(day="20261330"))), tmp_path).problems] == [
        "DATE_INVALID"
    ]


def test_c11_wrong_order_of_children(tmp_path: Path) -> None:
    """Parts are found by name, in whatever order they stand."""
    text = ofx(statement(position(), before=total("2010.00") + "<INV401K><PLANID>900123</PLANID></INV401K>"))
    outcome = read("ofx-401k", text, tmp_path)
    assert (outcome.people[0]["plan_id"], outcome.warnings, len(outcome.items["balances"])) == ("900123", [], 1)


def bought(fitid: str) -> str:
    """A purchase of payroll money, with its loan payment, under an id."""
    return (
        f"<BUYMF><INVBUY><INVTRAN><FITID>{fitid}</FITID><DTTRADE>20260918</DTTRADE></INVTRAN><SECID><UNIQUEID>99A001108"
        "</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID><UNITS>5.0596</UNITS><UNITPRICE>20.0000</UNITPRICE>"
        "<TOTAL>-101.19</TOTAL><LOANID>20261031922A</LOANID><LOANPRINCIPAL>88.02</LOANPRINCIPAL>"
        "<INV401KSOURCE>PRETAX</INV401KSOURCE></INVBUY><BUYTYPE>BUY</BUYTYPE></BUYMF>"
    )


def test_c12_the_same_download_again(tmp_path: Path) -> None:
    """Transactions that a second download repeats under their ids add nothing: positions are taken as they stand, not summed."""
    comes = [f"<INVTRANLIST>{bought('7') * times}{bought('8')}</INVTRANLIST>" for times in (0, 1, 2)]
    read_as = [read("ofx-401k", ofx(statement(position(), total("2010.00"), before=one)), tmp_path) for one in comes]
    assert [one.of(ACCOUNT, "balances")[0]["units"] for one in read_as] == ["100.5000"] * 3
    assert read_as[0].items == read_as[1].items == read_as[2].items
    assert all((one.problems, one.warnings, one.unread) == ([], [], ("INVTRANLIST",)) for one in read_as)


def test_c13_error_in_place_of_a_statement(tmp_path: Path) -> None:
    """A status other than 0 is told for that account, and the statements beside it are read."""
    failed = (
        "<INVSTMTTRNRS><TRNUID>2</TRNUID><STATUS><CODE>2003</CODE><SEVERITY>ERROR</SEVERITY></STATUS></INVSTMTTRNRS>"
    )
    outcome = read("ofx-401k", ofx(failed, statement(position())), tmp_path)
    assert [code for _, code in outcome.problems] == ["STATEMENT_REFUSED"]
    assert (len(outcome.people), outcome.records) == (1, 2)


def test_statement_that_breaks_off(tmp_path: Path) -> None:
    """A statement without its end is counted as cut off; those before it are read."""
    text = ofx(statement(position()), statement(account="2"))
    outcome = read("ofx-401k", text[: text.rindex("<INVPOSLIST>")] + "</OFX>", tmp_path)
    assert (len(outcome.people), [code for _, code in outcome.problems]) == (1, ["FILE_TRUNCATED"])


@pytest.mark.parametrize("end", ["<INVSTMTTRNRS>", "<INVPOSLIST>", "</OFX>"])
def test_file_that_is_cut_off(end: str, tmp_path: Path) -> None:
    """RK-3: A file without its end is refused whole, also where it was cut between two statements."""
    text = ofx(statement(position()), statement(account="2"))
    assert read("ofx-401k", text[: text.rindex(end)], tmp_path).file_problem == "FILE_TRUNCATED"


def test_entities_are_refused(tmp_path: Path) -> None:
    """A file that declares entities is refused before anything is read."""
    text = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + ofx(statement(position()))
    assert read("ofx-401k", text, tmp_path).file_problem == "FILE_UNREADABLE"


PLAN_PART = "<INV401K><PLANID>900123</PLANID>{}</INV401K>"
LOAN = "<LOANINFO><LOANID>A1</LOANID><CURRENTLOANBAL>5524.17</CURRENTLOANBAL><DTASOF>20260930</DTASOF></LOANINFO>"


def tables_known(path: Path) -> dict[str, set[str]]:
    """Which tables are known of each account of a file."""
    parts = FileReading(path, shipped_profile("ofx-401k")).parts()
    return {account: set(part.items) for part in parts for account in part.people["participant_id"]}


def test_what_a_statement_does_not_have_is_not_known(tmp_path: Path) -> None:
    """A statement without the plan's part says nothing of rates, allocations and loans; one with it and no loan says there is none."""
    path = tmp_path / "statements.ofx"
    rate = "<DEFERPCTPRETAX>9.0</DEFERPCTPRETAX>"
    path.write_text(
        ofx(
            statement(position(), account="1"),
            statement(position(), PLAN_PART.format(LOAN), account="2"),
            statement(position(), PLAN_PART.format(rate), account="3"),
            statement(position(), account="4").replace("INVPOSLIST", "NOTHING"),
        ),
        encoding="ascii",
    )
    assert tables_known(path) == {
        "1": {"balances"}, "2": {"balances", "loans"}, "3": {"balances", "loans", "contribution_rates"}, "4": set(),
    }  # fmt: skip


def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    """A file is mapped, not read: of 40 MB of statements the reader holds a few at a time."""
    one = statement(position() * 40, account="{}")
    path = tmp_path / "large.ofx"
    with path.open("w", encoding="ascii") as file:
        file.write(f"{NAMES}<OFX>")
        file.writelines(one.replace("{}", str(number)) for number in range(40_000_000 // len(one)))
        file.write("</OFX>")
    tracemalloc.start()
    accounts = sum(part.people.height for part in FileReading(path, shipped_profile("ofx-401k")).parts())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert accounts == 40_000_000 // len(one)
    assert most < path.stat().st_size * 2


SAMPLE = ROOT.parent / "shared/samples/ofx/investment_401k.ofx"


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the shared samples are not beside this tree")
def test_the_shared_sample() -> None:
    """The real-shaped sample comes to three positions worth 792.29, and TOTALS_DIFFER warns of its own total of 1000.00."""
    reading = FileReading(SAMPLE, shipped_profile("ofx-401k"))
    (part,) = reading.parts()
    assert (reading.records, reading.refused) == (1, 0)
    balances = part.items["balances"]
    assert balances["fund"].to_list() == ["FOO", "BAR", "BAZ"]
    assert sum(Decimal(one) for one in balances["market_value"]) == Decimal("792.29")
    (warning,) = part.problems.to_dicts()
    assert (warning["code"], warning["refuses"]) == ("TOTALS_DIFFER", False)
    assert "1000.00" in warning["value"]
    assert "792.29" in warning["value"]
