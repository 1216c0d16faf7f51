"""`planbridge profile`: listing, checking and trying file profiles."""

from pathlib import Path

from planbridge.recordkeepers.profile_load import SHIPPED
from tests.cli.conftest import Planbridge
from tests.recordkeepers.profiles.test_quirks_ascensus import HEAD, LOAN, RATE
from tests.recordkeepers.profiles.test_quirks_multi_record import WHOLE


def test_list_names_what_comes_with_the_product(planbridge: Planbridge) -> None:
    """RK-4: `profile list` names every shipped profile with what it carries."""
    listed = {one["profile"]: one for one in planbridge("profile", "list", "--json").value}
    assert listed["ascensus-360"]["carries"] == ["contribution_rates", "loans"]
    assert len(listed) == len(list(SHIPPED.glob("*.yaml")))


def test_check_tells_line_and_exit_code(planbridge: Planbridge, tmp_path: Path) -> None:
    """RK-4: `profile check` ends with 0 for a valid profile, 4 with the line for a wrong one, 3 for none."""
    assert planbridge("profile", "check", str(SHIPPED / "empower-pdi.yaml")).code == 0
    own = tmp_path / "own.yaml"
    own.write_text((SHIPPED / "empower-pdi.yaml").read_text().replace("at: 14, length: 11", "at: 14, length: 10"))
    answer = planbridge("profile", "check", str(own), "--json")
    assert answer.code == 4
    assert [one["code"] for one in answer.value["problems"]] == ["PROFILE_GAP"]
    assert "line" in answer.value["problems"][0]["message"]
    assert planbridge("profile", "check", str(tmp_path / "none.yaml")).code == 3


def test_try_shows_people_problems_and_unread_columns(planbridge: Planbridge, tmp_path: Path) -> None:
    """RK-4: `profile try` gives the first people as read, a problem a row that was put aside, and unread columns."""
    sample = tmp_path / "sample.csv"
    sample.write_text(HEAD + RATE + LOAN.format("20261031922A", "00000000101.19") + RATE.replace("401K", "XX"))
    answer = planbridge("profile", "try", "ascensus-360", str(sample), "--json")
    assert answer.code == 0
    assert answer.value["profile"] == "ascensus-360"
    assert answer.value["records"] == 3
    person = answer.value["participants"][0]
    assert (person["ssn"], person["plan_id"], person["participant_id"]) == ("***-**-0001", "900123-00001", None)
    assert person["contribution_rates"] == [{"source": "401K", "percent": "9.00", "amount": None}]
    assert person["loans"][0]["loan_id"] == "20261031922A"
    assert "balances" not in person
    assert [(one["code"], one["severity"], one["line"]) for one in answer.value["problems"]] == [
        ("CODE_UNKNOWN", "error", 4)
    ]
    assert answer.value["plans"] == [{"plan_id": "900123-00001"}]
    assert answer.value["unread"] == ["EffectiveDate"]
    words = planbridge("profile", "try", str(SHIPPED / "ascensus-360.yaml"), str(sample))
    assert "3 records, 2 read, 1 put aside" in words.out
    assert "900110001" not in words.out


def test_try_refuses_a_file_that_contradicts_itself(planbridge: Planbridge, tmp_path: Path) -> None:
    """RK-4: `profile try` of a file whose trailer differs shows it and ends with 4; an unknown profile ends with 3."""
    sample = tmp_path / "sample.txt"
    sample.write_text(WHOLE.replace("00000003000000000000", "00000004000000000000"), newline="")
    answer = planbridge("profile", "try", "michigan-multi-record", str(sample), "--json")
    assert (answer.code, [one["code"] for one in answer.value["problems"]]) == (4, ["COUNT_MISMATCH"])
    assert planbridge("profile", "try", "nothing", str(sample)).code == 3
    assert planbridge("profile", "try", "ascensus-360", str(tmp_path / "none.csv")).code == 3
