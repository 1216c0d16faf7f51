"""Quirks of files with several record types and control totals, and of any file: one test each."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec import structs

from planbridge.recordkeepers.profile import Profile
from planbridge.recordkeepers.profile_load import shipped_profile
from tests.recordkeepers.profiles.reading import read

MICHIGAN = "michigan-multi-record"
NAME = "EXAMPLE AREA SCHOOLS".ljust(30)
HEAD = f"HEAD12340{NAME}1016202610192026".ljust(380) + "\r\n"
ROWS = tuple(
    f"DTL4{ssn}{last:<30}{first:<20}{middle:<20}{rest}".ljust(380) + "\r\n"
    for ssn, last, first, middle, rest in (
        ("900110001", "OKAFOR", "ADA", "", "10032026101620260100023076900000692300300000002308001000000000000"),
        ("900110002", "LINDQVIST", "BO", "R", "10032026101620260100018500000000000000000000000000000000000000000"),
        ("900110001", "OKAFOR", "ADA", "", "09192026100220260600001000000000030000300000000100001000000000000"),
    )
)


@dataclass(frozen=True)
class Footer:
    """What a FOOT record states; amounts in cents."""

    count: int = 3
    member: int = 6623
    employer: int = 2208

    def __str__(self) -> str:
        money = "".join(f"{cents:012}" for cents in (0, 0, 0, 0, 0, 0, 0, 0, self.member, self.employer))
        return f"FOOT12340{NAME}{self.count:08}{money}".ljust(380) + "\r\n"


def profile_with(**totals: str) -> Profile:
    """The shipped profile with its totals changed: `counts`, `negatives`."""
    chosen = shipped_profile(MICHIGAN)
    changed = [
        structs.replace(one, **{name: text for name, text in totals.items() if getattr(one, name) and one.field != "x"})
        if (one.counts and "counts" in totals) or (one.sums and "negatives" in totals)
        else one
        for one in chosen.totals
    ]
    return structs.replace(chosen, totals=changed)


WHOLE = HEAD + "".join(ROWS) + str(Footer())


def test_the_sign_lives_in_the_record_type(tmp_path: Path) -> None:
    """Amounts with implied decimals of a negative adjustment are negative, and adjustments state no rate."""
    outcome = read(MICHIGAN, WHOLE, tmp_path)
    assert (outcome.problems, outcome.closing, outcome.records) == ([], [], 3)
    assert [one["plan_id"] for one in outcome.people] == ["12340", "12340"]
    money = [one["amount"] for one in outcome.of("900110001", "contributions") if one["source"] == "DC_MEMBER"]
    assert money == ["69.23", "-3.00"]
    assert [one["percent"] for one in outcome.items["contribution_rates"]] == ["3.00", "0"]


def test_netting_of_adjustments_is_the_profiles_choice(tmp_path: Path) -> None:
    """A footer may take negative adjustments off or leave them out: the profile says which, and the other differs."""
    left_out = WHOLE.replace(str(Footer()), str(Footer(member=6923, employer=2308)))
    assert read(MICHIGAN, left_out, tmp_path).closing == ["TOTAL_MISMATCH", "TOTAL_MISMATCH"]
    assert read(profile_with(negatives="leave_out"), left_out, tmp_path).closing == []


def test_footer_count_off_by_one(tmp_path: Path) -> None:
    """A footer that counts one record more or less refuses the file."""
    for count in (2, 4):
        text = WHOLE.replace(str(Footer()), str(Footer(count=count)))
        assert read(MICHIGAN, text, tmp_path).closing == ["COUNT_MISMATCH"]


def test_footer_total_off_by_a_cent(tmp_path: Path) -> None:
    """A footer that is a cent off refuses the file."""
    text = WHOLE.replace(str(Footer()), str(Footer(member=6624)))
    assert read(MICHIGAN, text, tmp_path).closing == ["TOTAL_MISMATCH"]


@pytest.mark.parametrize(("counts", "count"), [("details", 3), ("details_and_header", 4), ("lines", 5)])
def test_three_conventions_of_counting(tmp_path: Path, counts: str, count: int) -> None:
    """A count means the details, the details and the header, or every line: the profile says which."""
    text = WHOLE.replace(str(Footer()), str(Footer(count=count)))
    assert read(profile_with(counts=counts), text, tmp_path).closing == []
    wrong = WHOLE.replace(str(Footer()), str(Footer(count=count + 1)))
    assert read(profile_with(counts=counts), wrong, tmp_path).closing == ["COUNT_MISMATCH"]


def test_truncated_last_record(tmp_path: Path) -> None:
    """A last record that breaks off without a line end is put aside as cut off, not read as a short one."""
    cut = read(MICHIGAN, HEAD + ROWS[0] + ROWS[1][:120], tmp_path)
    assert cut.problems == [(3, "FILE_TRUNCATED")]
    assert "FILE_TRUNCATED" in cut.closing
    head = "RecordType,PlanId,EmployeeSSN,EffectiveDate,ContributionCode,DeferralPercent,DeferralAmount,LoanNumber,LoanPaymentAmount"
    row = "D,900123,900110001,11062026,401K,9.00,0.00,,"
    delimited = read("ascensus-360", f"{head}\n{row}\n{row[:30]}", tmp_path)
    assert delimited.problems == [(3, "FILE_TRUNCATED")]


def test_file_without_its_trailer(tmp_path: Path) -> None:
    """A file whose trailer is missing is refused as cut off."""
    assert read(MICHIGAN, HEAD + "".join(ROWS), tmp_path).closing == ["FILE_TRUNCATED"]


def test_file_without_its_header(tmp_path: Path) -> None:
    """A file whose header record is missing is refused."""
    assert read(MICHIGAN, "".join(ROWS) + str(Footer()), tmp_path).file_problem == "HEADER_MISSING"


def test_empty_file_with_header_and_trailer(tmp_path: Path) -> None:
    """Header and trailer with nothing between them are a sound file of nobody."""
    outcome = read(MICHIGAN, HEAD + str(Footer(0, 0, 0)), tmp_path)
    assert (outcome.records, outcome.problems, outcome.closing, outcome.file_problem) == (0, [], [], None)


def test_rows_after_the_trailer(tmp_path: Path) -> None:
    """What stands behind the trailer is put aside and counted."""
    outcome = read(MICHIGAN, WHOLE + ROWS[0], tmp_path)
    assert outcome.refused_lines == [6]


def test_unknown_record_type(tmp_path: Path) -> None:
    """A record of a type that the profile does not have is put aside and counted among the details."""
    outcome = read(MICHIGAN, HEAD + ROWS[0].replace("DTL4", "DTL9") + str(Footer(1, 0, 0)), tmp_path)
    assert (outcome.problems, outcome.records, outcome.closing) == ([(2, "CODE_UNKNOWN")], 1, [])


def test_blocks_make_no_difference(tmp_path: Path) -> None:
    """A file read in many small blocks comes to the same people, problems and totals."""
    text = HEAD + "".join(ROWS) * 50 + str(Footer(150, 6623 * 50, 2208 * 50))
    whole, pieces = read(MICHIGAN, text, tmp_path), read(MICHIGAN, text, tmp_path, block_bytes=2_000)
    assert (pieces.records, pieces.closing, whole.closing) == (150, [], [])
    assert {one["ssn"] for one in pieces.people} == {one["ssn"] for one in whole.people}
    assert len(pieces.items["contributions"]) == len(whole.items["contributions"])


def test_rows_of_a_person_that_stand_far_apart(tmp_path: Path) -> None:
    """A person whose rows stand in different blocks of a file is one person with the items of all of them."""
    names = [row[4:13] for row in ROWS]
    people = len(set(names))
    text = HEAD + "".join(ROWS) * 50 + str(Footer(150, 6623 * 50, 2208 * 50))
    pieces = read(MICHIGAN, text, tmp_path, block_bytes=2_000)
    assert len(pieces.people) == people < len(ROWS) * 50
    for ssn in set(names):
        assert len(pieces.of(ssn, "contributions")) == len(read(MICHIGAN, text, tmp_path).of(ssn, "contributions"))
