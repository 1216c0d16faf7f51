"""Every row of a single file is read or counted as a problem: also what names no plan, and what a person has twice."""

from pathlib import Path

import pytest
from django.conf import settings as product

from planbridge.participants.models import Participant
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import PeopleGroup
from planbridge.recordkeepers.folder_groups import groups_of_file
from planbridge.recordkeepers.profile_load import shipped_profile
from planbridge.sync.decide import apply_held_run
from planbridge.sync.run import Quarantine
from tests.cast import ada
from tests.recordkeepers.folders import test_all_that_is_stated as stating
from tests.recordkeepers.folders.test_all_that_is_stated import LOAN, loans, put, stated
from tests.recordkeepers.folders.test_large_files import ROW, found, wanted
from tests.recordkeepers.folders.test_partial_files import HEADER, rate
from tests.recordkeepers.profiles.test_quirks_ofx import ofx, position, statement
from tests.syncing import codes, counts, open_quarantine, problems, sync_people, worked

pytestmark = pytest.mark.django_db
plan = stating.plan
PLAIN = shipped_profile("ascensus-360")


def told(account: str, more: str = LOAN) -> str:
    """The statement of an account that has its loans, and says nothing of positions."""
    return stated(account, [], more).replace("<INVPOSLIST></INVPOSLIST>", "")


@pytest.mark.parametrize(
    "part", ["", "<INV401K><EMPLOYERNAME>Northwind LLC</EMPLOYERNAME></INV401K>"], ids=["no INV401K", "no PLANID"]
)
def test_a_statement_of_no_plan_is_counted(plan: Plan, inbox: Path, part: str) -> None:
    """RK-3: An OFX statement that names no plan is VALUE_MISSING, kept whole in quarantine; the others are read."""
    nameless = statement(position(source="PRETAX"), part, account="P-0003")
    put(inbox, "a.ofx", ofx(nameless, told("P-0001", LOAN)))
    run = sync_people(plan)
    assert (run.status, counts(run)[0], run.rejected) == ("partly_successful", 2, 1)
    assert codes(run) == ["VALUE_MISSING"]
    assert open_quarantine(plan) == [("(line 6)", ["VALUE_MISSING"])]
    assert loans(plan, "P-0001") == ["1"]


def test_a_file_of_which_nothing_can_be_read_is_refused(plan: Plan, inbox: Path) -> None:
    """RK-3: A file none of whose records can be read names no plan, so nobody would read it: it is refused as such."""
    put(inbox, "a.ofx", ofx(statement(position(source="PRETAX"), "", account="P-0003")))
    assert codes(sync_people(plan)) == ["FILE_UNREADABLE"]
    (reason,) = (inbox / "refused").glob("*.reason.txt")
    assert "VALUE_MISSING" in reason.read_text()


def test_a_person_twice_is_once_when_the_rows_are_alike(plan: Plan, inbox: Path) -> None:
    """RK-3: Two statements of a person with the same content count once, whatever the order of what stands in them."""
    two = LOAN, LOAN.replace("<LOANID>1<", "<LOANID>2<")
    put(inbox, "a.ofx", ofx(told("P-0001", "".join(two)), told("P-0001", "".join(reversed(two)))))
    run = sync_people(plan)
    assert (run.status, run.rejected, counts(run)[:2]) == ("successful", 0, (1, 1))


def test_a_person_twice_with_other_content_is_a_duplicate(plan: Plan, inbox: Path) -> None:
    """RK-3: Two statements of a person that differ are PARTICIPANT_DUPLICATE: neither is taken, and no other is stopped."""
    before = loans(plan, "P-0001")
    other = LOAN.replace("3000.00", "2000.00")
    put(inbox, "a.ofx", ofx(told("P-0001"), told("P-0001", other), told("P-0002")))
    run = sync_people(plan)
    assert (run.status, run.rejected, run.applied) == ("partly_successful", 1, 1)
    assert codes(run) == ["PARTICIPANT_DUPLICATE"]
    assert loans(plan, "P-0001") == before
    assert loans(plan, "P-0002") == ["1"]


def test_rows_that_belong_together_go_on(plan: Plan, inbox: Path) -> None:
    """RK-3: Several rows of a person in a layout that has them by design are one person and no duplicate."""
    Connection.objects.update(
        settings={
            "path": str(inbox),
            "settle_seconds": 0,
            "profile": "ascensus-360",
            "source_codes": {"401K": "PRE", "4ROTH": "ROTH"},
        }
    )
    rows = [rate(ada()["ssn"], "401K", percent="9"), rate(ada()["ssn"], "4ROTH", amount="75")]
    from_layout = "\n".join([HEADER, *rows, ""])
    put(inbox, "a.csv", from_layout)
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("successful", (1, 1, 0, 0, 0))


def unread(groups: list[PeopleGroup]) -> list[tuple[str, str]]:
    """Plan and place of the rows that could not be read, of all groups."""
    parts = [part.numbered(None) for group in groups for part in group.parts]
    frames = [part.malformed for part in parts if part.malformed is not None]
    return sorted(row for frame in frames for row in frame.select("plan_id", "participant_id").iter_rows())


def test_rows_whose_plan_cannot_be_read_are_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RK-3: An unreadable row is counted with the plan its field or text names, else with the file's first plan, and once."""
    monkeypatch.setattr(product, "PLANBRIDGE_HOME", tmp_path)
    good = [ROW.format(plan=name, number=1, percent=5) for name in ("12", "123", "99")]
    shifted = ["D,12", "D,123,Other", "D,,no plan", "torn", "D,888,a plan of which nothing can be read"]
    bad_rate = ROW.format(plan="99", number=2, percent="x").replace("Other", "12")
    file = found(tmp_path, [*good, *shifted, bad_rate])
    expected = [
        ("12", "(line 5)"),
        ("12", "(line 7)"),
        ("12", "(line 8)"),
        ("12", "(line 9)"),
        ("123", "(line 6)"),
        ("99", "(line 10)"),
    ]
    assert unread(list(groups_of_file(PLAIN, file, wanted("12", "123", "99"), ()))) == expected
    # Each plan that reads by itself, or through the spool, finds its own, and none of them twice.
    apart = [unread(list(groups_of_file(PLAIN, file, wanted(one), ()))) for one in ("12", "123", "99")]
    assert sorted(row for rows in apart for row in rows) == expected
    spooled = []
    for group in groups_of_file(PLAIN, file, wanted("12", "123", "99"), (), people_max=1):
        spooled += unread([group])
    assert sorted(spooled) == expected


def test_a_held_file_rejects_as_it_was_delivered_when_it_is_applied(plan: Plan, inbox: Path) -> None:
    """PT-6: A held file of parts of people is applied to what is held then; whom it rejects is quarantined as delivered."""
    bad = told("P-0002", LOAN.replace("3000.00", "-1.00"))
    put(inbox, "a.ofx", ofx(stated("P-0001", []), bad))
    run = sync_people(plan)
    assert (run.status, run.rejected) == ("held", 1)
    put(inbox, "b.ofx", ofx(told("P-0004", LOAN)), age=200)
    assert sync_people(plan).status in {"successful", "held"}
    Participant.objects.filter(plan_id=plan.pk, participant_id="P-0001").update(city="Moved Meanwhile")
    applied = worked(apply_held_run(run.id, actor="ada"))
    assert (applied.status, applied.rejected, applied.applied) == ("partly_successful", 1, 1), problems(applied)
    (kept,) = Quarantine.objects.get(plan_id=plan.pk, run_id=run.id, participant_id="P-0002").record_masked
    assert {name for name, value in kept.items() if value} - {"address"} == {
        "plan_id",
        "participant_id",
        "loans",
    }
    assert Participant.objects.get(plan_id=plan.pk, participant_id="P-0001").city == "Moved Meanwhile"
