"""The limits of the law by year: what is shipped, what an operator adds, and what an unknown year gives."""

from decimal import Decimal
from pathlib import Path

import pytest
from pytest_django import Settings

from planbridge.cli.doctor_machine import limits_finding
from planbridge.enrollment.limit_years import limits_of
from planbridge.enrollment.limits import FIELDS, Limits, LimitsFileUnusable, known_limits, read_limits
from planbridge.enrollment.objection import Objection

YEAR_2027 = """
[2027]
source = "IRS Notice 2026-00"
elective_deferral_usd = 25000
catch_up_usd = 8000
catch_up_60_63_usd = 11250
annual_additions_usd = 73000
compensation_usd = 365000
highly_compensated_usd = 160000
roth_catch_up_wages_usd = 155000
wage_base_usd = 190000
"""
# Year, then the numbers in the order of FIELDS without the source; None: no such rule in that year.
TABLE = (
    (2023, 22500, 7500, None, 66000, 330000, 150000, None, 160200),
    (2024, 23000, 7500, None, 69000, 345000, 155000, None, 168600),
    (2025, 23500, 7500, 11250, 70000, 350000, 160000, None, 176100),
    (2026, 24500, 8000, 11250, 72000, 360000, 160000, 150000, 184500),
)


@pytest.fixture
def file(tmp_path: Path, settings: Settings) -> Path:
    """The operator's file, not there yet; the settings name its folder as the home."""
    settings.PLANBRIDGE_HOME, settings.LIMITS_FILE = tmp_path, None
    return tmp_path / "limits.toml"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row[0]))
def test_shipped_limits(row: tuple[int | None, ...]) -> None:
    """EN-3: the limits of 2023 to 2026 are those that the IRS and the Social Security Administration published."""
    limits = known_limits()[row[0] or 0]
    numbers = [getattr(limits, name) for name in FIELDS if name != "source"]
    assert numbers == list(row[1:])
    assert "IRS Notice" in limits.source


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("year", [2022, 2027])
def test_an_unknown_year_is_refused(year: int) -> None:
    """EN-3: a year that nobody gave is refused by LIMIT_YEAR_UNKNOWN with its number, not taken from its neighbor."""
    refused = limits_of(year)
    assert isinstance(refused, Objection)
    assert refused.code == "LIMIT_YEAR_UNKNOWN"
    assert f"for {year} yet" in refused.message


def test_an_operator_adds_a_year(file: Path) -> None:
    """EN-3: a year in limits.toml of the home folder is known at once, and the shipped ones stay."""
    assert isinstance(limits_of(2027), Objection)
    file.write_text(YEAR_2027)
    added = limits_of(2027)
    assert isinstance(added, Limits)
    assert (added.elective_deferral_usd, added.roth_catch_up_wages_usd) == (Decimal(25000), Decimal(155000))
    assert isinstance(limits_of(2026), Limits)
    file.write_text(YEAR_2027.replace("25000", "25500"))
    corrected = limits_of(2027)
    assert isinstance(corrected, Limits)
    assert corrected.elective_deferral_usd == Decimal(25500)


def test_the_file_may_lie_elsewhere(file: Path, settings: Settings) -> None:
    """EN-3: PLANBRIDGE_LIMITS names another file, and one that is not there is told and not passed over."""
    settings.LIMITS_FILE = str(file.with_name("ours.toml"))
    with pytest.raises(LimitsFileUnusable, match=r"ours\.toml cannot be read"):
        limits_of(2027)
    Path(settings.LIMITS_FILE).write_text(YEAR_2027)
    assert isinstance(limits_of(2027), Limits)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (YEAR_2027.replace("wage_base_usd = 190000\n", ""), r"\[2027\] lacks wage_base_usd"),
        (YEAR_2027.replace("wage_base_usd", "wage_bass_usd"), "lacks wage_base_usd and has wage_bass_usd"),
        (YEAR_2027.replace("25000", '"25,000"'), "elective_deferral_usd must be dollars above 0, not '25,000'"),
        (YEAR_2027.replace("25000", '"none"'), "elective_deferral_usd must be dollars above 0"),
        (YEAR_2027.replace("25000", "0"), "must be dollars above 0, not 0"),
        (YEAR_2027.replace("25000", "nan"), "must be dollars above 0"),
        (YEAR_2027.replace("25000", "true"), "must be dollars above 0"),
        (YEAR_2027.replace("11250", '"nothing"'), 'must be dollars above 0 or "none"'),
        (YEAR_2027.replace("IRS Notice 2026-00", " "), "source must name"),
        (YEAR_2027.replace("[2027]", "[next]"), r"\[next\] is not a year"),
        (YEAR_2027.replace("[2027]", ""), "is not a year"),
        ("2027 = 4", "2027 is not a table"),
        ("[2027", "is not a TOML file"),
    ],
)
def test_a_file_is_checked_when_it_is_read(tmp_path: Path, text: str, message: str) -> None:
    """EN-3: a file that lacks a value or has an unreadable one is refused with the place and what belongs there."""
    file = tmp_path / "limits.toml"
    file.write_text(text)
    with pytest.raises(LimitsFileUnusable, match=message):
        read_limits(file)


def test_a_shipped_year_is_not_changed_by_a_file(tmp_path: Path) -> None:
    """EN-3: a file that repeats a shipped year is taken, and one that says otherwise of it is refused by name."""
    file = tmp_path / "limits.toml"
    same = (Path(known_limits.__code__.co_filename).parent / "limits.toml").read_text()
    file.write_text(same + YEAR_2027)
    assert 2027 in known_limits(file)
    file.write_text(same.replace("elective_deferral_usd = 24500", "elective_deferral_usd = 25000"))
    with pytest.raises(LimitsFileUnusable, match=r"\[2026\] has another elective_deferral_usd"):
        known_limits(file)


def test_doctor_tells_of_the_limits(file: Path) -> None:
    """EN-3: doctor names the newest known year, and a file that cannot be used with what is wrong in it."""
    assert limits_finding().is_well
    assert "2023 to 2026" in limits_finding().said
    file.write_text("[2027]")
    unusable = limits_finding()
    assert not unusable.is_well
    assert "lacks" in unusable.said
