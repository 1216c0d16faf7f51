"""The confirmation report: what it says, in which language, and that it is the same bytes each time."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from planbridge.enrollment.beneficiaries_step import RELATIONSHIPS as ASKED_RELATIONSHIPS
from planbridge.sync.submission import Submission
from planbridge.sync.submission_language import ENGLISH, RELATIONSHIPS, SPANISH, WORDS, relationship_words
from planbridge.sync.submission_report import Confirmation, confirmation_report
from planbridge.sync.submission_wish import WishKind
from planbridge.sync.submission_words import CodeNames
from tests.pdf_text import pdf_text

VALUE, LETTER = re.compile(r"\{(\w+)\}"), re.compile(r"[a-z]")
NAMES = CodeNames({"PRE": "Employee pre-tax"}, {"EQ3": "Example Index", "TD45": "Target 2045"})
RATE = {"type": "contribution_rate", "source": "PRE", "percent": "8", "effective": "next_payroll"}


def submission(kind: WishKind, body: dict[str, Any], before: dict[str, Any] | None, number: int = 1) -> Submission:
    """A submission that stands nowhere."""
    return Submission(
        plan_id=1,
        participant_id="900100-000042",
        id=UUID(int=number),
        number=number,
        receipt=f"K3M9-QX24-{number}",
        kind=str(kind),
        source=body.get("source", ""),
        body=body,
        from_values=before,
        requested_at=datetime(2026, 11, 22, 22, 2, tzinfo=UTC),
    )


def confirmation(*made: Submission, name: str = "Ada Example", language: str = "en") -> Confirmation:
    """A confirmation of some submissions."""
    submissions = made or (submission(WishKind.CONTRIBUTION_RATE, RATE, {"percent": "6.00", "amount": None}),)
    return Confirmation(
        "Northwind 401(k) Plan", "900100-000042", name, "America/New_York", submissions, NAMES, language
    )


def test_report_says_what_was_asked_for() -> None:
    """SB-4: receipt, plan, who, when, what from and to, and from when on stand in the report as text."""
    text = pdf_text(confirmation_report(confirmation()))
    for words in (
        "Northwind 401(k) Plan",
        "Ada Example (id ends in 0042)",
        "Nov 22, 2026, 5:02 PM EST",
        "K3M9-QX24-1",
        "Contribution rate: Employee pre-tax",
        "6 % of pay",
        "8 % of pay",
        "the next payroll that can take it",
    ):
        assert words in text
    assert "900100-000042" not in text


def test_report_in_spanish() -> None:
    """SB-4: a report for somebody who confirmed in Spanish is in Spanish, and says so to screen readers."""
    content = confirmation_report(confirmation(language="es"))
    text = pdf_text(content)
    assert "Confirmación de sus cambios" in text
    assert "la próxima nómina que pueda incluirlo" in text
    assert "22 de noviembre de 2026" in text
    assert b"/Lang (es-US)" in content


def test_report_has_title_and_language() -> None:
    """SB-4: the document is titled and its title is what a reader shows."""
    content = confirmation_report(confirmation())
    assert b"/Lang (en-US)" in content
    assert b"/DisplayDocTitle true" in content
    assert b"Confirmation of your changes - Northwind" in content


def test_report_is_the_same_each_time() -> None:
    """SB-4: the same submissions give the same bytes."""
    assert confirmation_report(confirmation()) == confirmation_report(confirmation())


def test_no_ssn_in_a_report() -> None:
    """US-2: what looks like an SSN in a name or a value is masked."""
    people = [{"class": "primary", "name": "Noor 900-12-3456", "relationship": None, "percent": "100"}]
    body = {"type": "beneficiaries", "beneficiaries": people, "effective": "2027-01-01"}
    made = submission(WishKind.BENEFICIARIES, body, None)
    content = confirmation_report(confirmation(made, name="Ada 900123456"))
    assert b"900-12-3456" not in content
    assert b"900123456" not in content
    assert "Noor ***-**-3456 (primary): 100 %" in pdf_text(content)


@pytest.mark.parametrize("name", ["Łukasz Żółw", "Ada <b>& Co", "M" * 300])
def test_any_name_makes_a_report(name: str) -> None:
    """SB-4: letters of other languages, signs of markup and long names make a report all the same."""
    assert confirmation_report(confirmation(name=name)).startswith(b"%PDF-")


def test_long_reports_have_more_pages() -> None:
    """SB-4: many changes go on over several pages, each with its number."""
    shares = [{"fund": f"FUND{number:03}", "percent": "1"} for number in range(100)]
    body = {"type": "allocation", "source": "PRE", "allocations": shares, "effective": "next_payroll"}
    text = pdf_text(confirmation_report(confirmation(submission(WishKind.ALLOCATION, body, {"allocations": shares}))))
    assert "FUND099: 1 %" in text
    assert "Page 2" in text


def test_every_word_has_spanish() -> None:
    """SB-4: no word of mails and reports lacks its Spanish, or leaves out a value; relationships asked for have it too."""
    assert {*WORDS[ENGLISH]} == {*WORDS[SPANISH]}
    for name, english in WORDS[ENGLISH].items():
        spanish = WORDS[SPANISH][name]
        assert sorted(VALUE.findall(spanish)) == sorted(VALUE.findall(english)), name
        assert spanish != english or not LETTER.search(VALUE.sub("", english).replace("Plan", "")), name
    assert {*RELATIONSHIPS[SPANISH]} == {*ASKED_RELATIONSHIPS}
    assert relationship_words("child", SPANISH) == "hijo o hija"
    assert relationship_words("domestic_partner", SPANISH) == "domestic partner"
