"""Participants' new rates in a recordkeeper's own layout: what is written is what the same profile reads back."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from planbridge.recordkeepers.folder_people import with_source_codes
from planbridge.recordkeepers.profile import Profile
from planbridge.recordkeepers.profile_load import SHIPPED, ProfileRefused, parse_profile, shipped_profile
from planbridge.recordkeepers.submission_carrier import OutgoingChange, SealedSsn
from planbridge.recordkeepers.submission_layout import LayoutFile, layout_file
from planbridge.security.ssn import seal_ssns
from tests.recordkeepers.profiles.reading import read

CODES = {"401K": "PRE", "4ROTH": "ROTH"}
ASCENSUS_NAMES = (
    "RecordType,PlanId,EmployeeLastName,EmployeeFirstName,EmployeeMiddleInitial,EmployeeSSN,EffectiveDate,"
    "ContributionCode,DeferralPercent,DeferralAmount,EmployeeEligibilityDate,LoanNumber,LoanPaymentAmount,TotalLoanAmount"
)
PAYKONNECT_NAMES = (
    "Record Type,Plan Number,SSN,Effective Date,Eligibility Date,Transaction Date,Transaction Type,Code,Value Type,"
    "Value,Loan Reference Number,Loan Goal"
)
NEW_YORK = ZoneInfo("America/New_York")
OWN = """\
profile: own
title: Own layout
format: delimited
delivers: delta
carries: [contribution_rates]
key: participant_id
rows_per_person: several
encoding: ascii
layout: {separator: ";", quote: "", names_line: 0, by: position}
sources:
  PRE: {kind: pretax}
codes:
  unit: {P: percent, D: amount}
records:
  - name: row
    when: {kind: N}
    fields:
      - {name: kind, at: 1}
      - {name: plan, at: 2, into: plan_id}
      - {name: person, at: 3, into: participant_id}
      - {name: source, at: 4, kind: source, must: filled}
      - {name: spare, at: 6, must: blank}
      - {name: unit, at: 7, kind: code, codes: unit, must: filled}
      - {name: rate, at: 8, kind: number, decimals: 2, must: filled}
      - {name: from, at: 9, kind: date, form: YYYY-MM-DD, must: filled}
    items:
      - {table: contribution_rates, columns: {source: source, percent: rate}, when: {unit: percent}}
      - {table: contribution_rates, columns: {source: source, amount: rate}, when: {unit: amount}}
submissions:
  file_name: "{batch}.txt"
  contribution_rate:
    record: row
    constants: {kind: N}
    columns: {plan: plan_id, person: participant_id, source: source, unit: rate_type, rate: value, from: earliest_date}
"""


def change(
    number: int, source: str = "PRE", *, plan: str = "900100", effective: str = "next_payroll", **said: str
) -> OutgoingChange:
    """A wish for a rate; one of percent and amount is said. It is asked for at eight in the evening in New York."""
    person = f"P-{number}"
    body = {"type": "contribution_rate", "source": source, **said, "receipt": "PB-1"}
    body |= {"requested_at": "2026-11-06T01:00:00+00:00", "effective": effective}
    (sealed,) = seal_ssns([(1, person, f"90011{number:04}")])
    ssn = SealedSsn(bytes.fromhex(sealed.removeprefix("\\x")), 1, person)
    return OutgoingChange(plan, person, f"key-{number}-{source}", body, ssn=ssn)


def written(profile: str | Profile, *changes: OutgoingChange) -> LayoutFile | None:
    """The file of a batch, the plans' codes being PRE and ROTH."""
    chosen = with_source_codes(shipped_profile(profile), CODES) if isinstance(profile, str) else profile
    return layout_file(chosen, "batch", changes, zone=NEW_YORK)


def lines(file: LayoutFile | None) -> list[str]:
    """The lines of a file."""
    assert file is not None
    return file.content.decode().splitlines()


@pytest.mark.parametrize("name", ["ascensus-360", "paykonnect-360"])
def test_the_same_profile_reads_exactly_the_rates_asked_for(name: str, tmp_path: Path) -> None:
    """SB-2: percents, dollars, a stop and a fine percent come back as asked for, each by its person and source."""
    wishes = [
        change(1, percent="9"),
        change(1, "ROTH", amount="50.5"),
        change(2, percent="0"),
        change(3, percent="6.125", effective="2027-01-04"),
        change(4, "401KC", amount="1250"),
    ]
    file = written(name, *wishes)
    assert file is not None
    assert (file.name, file.rows) == (f"{name}-batch.csv", 5)
    outcome = read(with_source_codes(shipped_profile(name), CODES), file.content, tmp_path)
    assert (outcome.problems, outcome.warnings, outcome.file_problem, outcome.records) == ([], [], None, 5)
    assert {one["plan_id"] for one in outcome.people} == {"900100"}
    rates = [
        (one["person"], one["source"], *(one[name] and Decimal(one[name]) for name in ("percent", "amount")))
        for one in outcome.items["contribution_rates"]
    ]
    assert rates == [
        ("900110001", "PRE", Decimal(9), None),
        ("900110001", "ROTH", None, Decimal("50.5")),
        ("900110002", "PRE", Decimal(0), None),
        ("900110003", "PRE", Decimal("6.125"), None),
        ("900110004", "401KC", None, Decimal(1250)),
    ]


def test_the_shipped_layouts_are_written_as_published() -> None:
    """SB-2: a row has the layout's own dates and numbers; the next payroll is the day asked for, or no day."""
    rate, dollars = change(1, percent="9"), change(2, "ROTH", amount="50", effective="2027-01-04")
    assert lines(written("ascensus-360", rate, dollars)) == [
        ASCENSUS_NAMES,
        "D,900100,,,,900110001,11052026,401K,9.00,0.00,,,,",
        "D,900100,,,,900110002,01042027,4ROTH,0.00,50.00,,,,",
    ]
    assert lines(written("paykonnect-360", rate, dollars)) == [
        PAYKONNECT_NAMES,
        "D,900100,900110001,,,11052026,,401K,Percent,9.00,,",
        "D,900100,900110002,01042027,,11052026,,4ROTH,Amount,50.00,,",
    ]


def test_what_the_layout_cannot_carry_is_left_out_of_it_alone() -> None:
    """SB-2: other wishes, unknown sources, two codes of one source, no SSN, too fine a rate: the other rows are written."""
    good, no_ssn = change(1, percent="9"), change(2, percent="8")
    others = [
        OutgoingChange("900100", "P-3", "key-3", {"type": "beneficiaries", "beneficiaries": []}),
        OutgoingChange("900100", "P-2", "key-2", no_ssn.body),
        change(4, "MATCH", percent="3"),
        change(5, percent="3.12345678901"),
        change(6, percent="3", plan="900\n100"),
    ]
    file = written("ascensus-360", *others, good)
    assert lines(file)[1:] == ["D,900100,,,,900110001,11052026,401K,9.00,0.00,,,,"]
    assert written("ascensus-360", *others) is None
    twice = with_source_codes(shipped_profile("ascensus-360"), {"401K": "PRE", "401O": "PRE"})
    assert written(twice, good) is None
    assert written("empower-pdi", good) is None


def test_opting_out_is_a_rate_of_nothing_for_each_source() -> None:
    """EN-2: Who opts out pays nothing into any source of the plan that the layout knows; each is a row of 0 %."""
    body = {"type": "opt_out", "requested_at": "2026-11-06T01:00:00+00:00", "effective": "next_payroll"}
    one = replace(change(1, percent="9"), body=body, elective_sources=("PRE", "ROTH", "OTHER"))
    assert lines(written("ascensus-360", one))[1:] == [
        f"D,900100,,,,900110001,11052026,{code},0.00,0.00,,,," for code in ("401K", "4ROTH")
    ]
    assert written("ascensus-360", replace(one, elective_sources=())) is None


def test_the_same_changes_are_the_same_bytes() -> None:
    """SB-1: a batch that is written again has the same bytes, whenever that is."""
    wishes = [change(1, percent="9"), change(2, "ROTH", amount="50")]
    first, second = written("paykonnect-360", *wishes), written("paykonnect-360", *wishes)
    assert first == second


def test_text_with_the_separator_is_quoted_or_refused(tmp_path: Path) -> None:
    """SB-2: a text that holds the separator or a quote comes back whole, and is left out where there are no quotes."""
    odd = change(1, percent="9", plan='90"0,1;00')
    file = written("ascensus-360", odd)
    assert file is not None
    outcome = read("ascensus-360", file.content, tmp_path)
    assert (outcome.problems, outcome.people[0]["plan_id"]) == ([], '90"0,1;00')
    assert written(parse_profile(OWN.encode(), "own.yaml"), odd) is None


def test_a_layout_by_position_with_implied_decimals(tmp_path: Path) -> None:
    """SB-2: a firm's own layout, without names, quotes and SSNs, is written and read back; what has no place is left out."""
    profile = parse_profile(OWN.encode(), "own.yaml")
    file = written(profile, change(1, percent="9.5"), change(2, amount="50"), change(3, percent="1.125"))
    assert lines(file) == ["N;900100;P-1;PRE;;;P;950;2026-11-05", "N;900100;P-2;PRE;;;D;5000;2026-11-05"]
    assert file is not None
    outcome = read(profile, file.content, tmp_path)
    assert outcome.problems == []
    assert [(one["person"], one["percent"], one["amount"]) for one in outcome.items["contribution_rates"]] == [
        ("P-1", "9.50", None), ("P-2", None, "50.00")
    ]  # fmt: skip


def test_a_constant_cannot_be_a_rate() -> None:
    """RK-4: a constant where the reader finds a part of the rate is refused, unless it is zero."""
    text = (SHIPPED / "ascensus-360.yaml").read_text(encoding="utf-8").replace("DeferralAmount: amount\n", "")
    text = text.replace("constants: {RecordType: D}", 'constants: {RecordType: D, DeferralAmount: "5.00"}')
    with pytest.raises(ProfileRefused, match="nothing but zero can stand there"):
        parse_profile(text.encode(), "own.yaml")
    percents = parse_profile(text.replace("5.00", "0.00").encode(), "own.yaml")
    file = written(with_source_codes(percents, CODES), change(1, percent="9"), change(2, amount="50"))
    assert lines(file)[1:] == ["D,900100,,,,900110001,11052026,401K,9.00,0.00,,,,"]


@pytest.mark.parametrize(
    ("old", "new", "said", "line"),
    [
        ("columns: {plan: plan_id", "columns: {plan: plan_no", "Invalid enum value", 34),
        ("columns: {plan: plan_id", "columns: {plans: plan_id", "has no field plans", 34),
        ("record: row\n    const", "record: rows\n    const", "No record is named rows", 32),
        ("{P: percent, D: amount}", "{P: percent, p: percent, D: amount}", "cannot be read backwards: 2 codes", 34),
        ("source: source, unit: rate_type", "unit: rate_type", "No column says source", 34),
        ("rate: value, ", "", "one for value with one for rate_type", 34),
        ("constants: {kind: N}", "constants: {kind: M}", "has to be a constant here", 33),
        ("constants: {kind: N}", 'constants: {kind: N, spare: "x"}', "spare must be blank", 34),
        ("constants: {kind: N}", "constants: {kind: N, kin: x}", "has no field kin", 33),
        ("constants: {kind: N}", 'constants: {kind: N, rate: "7"}', "rate says value already", 33),
        ('"{batch}.txt"', "manifest.json", "Every batch has a file manifest.json", 30),
        ("from: earliest_date", "from: effective_date", "say earliest_date", 34),
        ("from: earliest_date", "rate: amount", "does not read rate as amount", 34),
        (", from: earliest_date", "", "Nothing is said for from", 34),
        ("unit: rate_type", "unit: ssn", "ssn needs a field of kind ssn; unit is of kind code", 34),
        ('"{batch}.txt"', '"../{batch}.txt"', "Expected `str` matching regex", 30),
        ("names_line: 0", "names_line: 2", "Only a delimited layout", 29),
    ],
)
def test_what_is_wrong_with_it_is_told_with_its_line(old: str, new: str, said: str, line: int) -> None:
    """RK-4: a column that the layout has not, a map that cannot be read backwards and the like refuse the profile."""
    assert OWN.count(old) == 1
    with pytest.raises(ProfileRefused) as refused:
        parse_profile(OWN.replace(old, new).encode(), "own.yaml")
    found = [(one.code, one.value) for one in refused.value.problems if said in one.message]
    assert found == [("PROFILE_INVALID", f"own.yaml, line {line}")], [one.message for one in refused.value.problems]
