"""Files that carry parts of people: what they do not carry stays, whoever they do not name stays, and twice is once."""

import os
import random
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pysequoia
import pytest
from django.conf import settings as product

from planbridge.participants.held import items_held
from planbridge.participants.models import Participant
from planbridge.plans.lifecycle import activate_plan
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection, Delivery
from planbridge.recordkeepers.folder_settings import OPEN_PGP_KEY
from planbridge.recordkeepers.open_pgp import make_key_pair
from planbridge.security.credentials import seal_credentials
from planbridge.sync.decide import retry_rejected
from planbridge.sync.run import RunProblem
from tests.cast import PLAN_ID, ada, bea, crowd, deliver, dora, plan_document, write_manifest
from tests.syncing import (
    codes,
    counts,
    open_quarantine,
    problems,
    run_of,
    sync_people,
    sync_plan,
    synced_plan,
    table_rows,
    worked,
)

pytestmark = pytest.mark.django_db
HEADER = (
    "RecordType,PlanId,EmployeeLastName,EmployeeFirstName,EmployeeMiddleInitial,EmployeeSSN,EffectiveDate,"
    "ContributionCode,DeferralPercent,DeferralAmount,EmployeeEligibilityDate,LoanNumber,LoanPaymentAmount,TotalLoanAmount"
)
TABLES = "participant contribution_rate allocation holding vesting loan beneficiary year_to_date".split()


@pytest.fixture
def plan(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A synced plan whose folder takes Ascensus 360 files beside canonical deliveries."""
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(product, "PLANBRIDGE_HOME", tmp_path / "home")
    made = synced_plan(inbox, [ada(), bea(), dora(), *crowd(2)])
    settings = {"profile": "ascensus-360", "settle_seconds": 0, "source_codes": {"401K": "PRE", "4ROTH": "ROTH"}}
    Connection.objects.update(settings={"path": str(inbox)} | settings)
    run = sync_people(Plan.objects.get(pk=made.pk))
    assert run.status == "successful", problems(run)
    return Plan.objects.get(pk=made.pk)


def rate(ssn: str, source: str, percent: str = "", amount: str = "") -> str:
    """A row of a changed rate."""
    return f"D,{PLAN_ID},Other,Name,,{ssn},11162026,{source},{percent or 0},{amount or 0},,,,"


def loan_row(ssn: str, number: str, payment: str, total: str) -> str:
    """A row of a loan."""
    return f"L,{PLAN_ID},Other,Name,,{ssn},11162026,401L,,,,{number},{payment},{total}"


def put(inbox: Path, name: str, rows: Sequence[str], *, age: int = 100) -> Path:
    """Put a file into the folder, last changed so many seconds after the epoch's billionth-and-eight."""
    path = inbox / name
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    os.utime(path, (1_800_000_000 + age, 1_800_000_000 + age))
    return path


def rows_of_all(plan: Plan) -> dict[str, list[Any]]:
    """Every row of every table of the plan's people, with its place on the disk."""
    return {table: table_rows(table, plan) for table in TABLES}


def held(plan: Plan, participant_id: str) -> dict[str, Any]:
    """What is held of a person, by table."""
    return items_held(plan.pk, [participant_id])[participant_id]


def rates(plan: Plan, participant_id: str) -> dict[str, tuple[Decimal | None, Decimal | None]]:
    """Percent and amount by source."""
    found = held(plan, participant_id)["contribution_rates"]
    return dict(zip(found["sources"], zip(found["percents"], found["amounts"], strict=True), strict=True))


def test_a_360_file_changes_only_the_rates_it_names(plan: Plan, inbox: Path) -> None:
    """RK-3: A rate in a 360 file changes; the person's other sources, data and money, and everybody else, stay as they are."""
    before = rows_of_all(plan)
    mark = plan.participants_as_of
    put(inbox, "changes.csv", [rate(ada()["ssn"], "401K", percent="9.25")])
    run = sync_people(plan)
    assert (run.status, counts(run), run.delivered_as) == ("successful", (1, 1, 0, 0, 0), "changes.csv")
    assert rates(plan, "P-0001") == {"PRE": (Decimal("9.25"), None), "ROTH": (None, Decimal(50))}
    after = rows_of_all(plan)
    for table in TABLES:
        changed = [row for row in after[table] if row not in before[table]]
        assert len(changed) == (1 if table in {"participant", "contribution_rate"} else 0), table
    assert Participant.objects.get(plan_id=plan.pk, participant_id="P-0001").last_name == ada()["last_name"]
    assert Plan.objects.get(pk=plan.pk).participants_as_of == mark
    assert [path.name for path in (inbox / "archive").glob("*.csv")] == ["20270115T080140Z-changes.csv"]


def test_a_360_file_changes_the_loan_it_names(plan: Plan, inbox: Path) -> None:
    """RK-3: A loan in a 360 file keeps what the file does not say of it, and the other loan stays."""
    put(inbox, "changes.csv", [loan_row(ada()["ssn"], "2", "111.11", "2500.00")])
    assert sync_people(plan).status == "successful"
    loans = held(plan, "P-0001")["loans"]
    assert loans["loan_ids"] == ["1", "2"]
    assert loans["payments"] == [Decimal("101.19"), Decimal("111.11")]
    assert loans["balances"] == [Decimal("3120.44"), Decimal(2500)]
    assert loans["types"] == ["general", "general"]
    assert loans["original_amounts"] == [Decimal(5000), Decimal(5000)]


def test_a_stop_is_a_rate_of_nought(plan: Plan, inbox: Path) -> None:
    """RK-3: 0 % and $0 in a 360 file is a stop, and not an unknown rate."""
    put(inbox, "changes.csv", [rate(ada()["ssn"], "401K")])
    sync_people(plan)
    assert rates(plan, "P-0001")["PRE"] == (Decimal(0), None)


def test_the_same_content_twice_changes_nothing(plan: Plan, inbox: Path) -> None:
    """RK-3: A 360 file whose rates are held already writes nothing; its very content again is FILE_DUPLICATE."""
    row = rate(ada()["ssn"], "401K", percent="9.25")
    put(inbox, "a.csv", [row])
    sync_people(plan)
    before = rows_of_all(plan)
    put(inbox, "b.csv", [row, ""], age=200)
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("successful", (1, 0, 1, 0, 0))
    assert {t: [r[2] for r in rows] for t, rows in rows_of_all(plan).items() if t != "participant"} == {
        t: [r[2] for r in rows] for t, rows in before.items() if t != "participant"
    }
    put(inbox, "a.csv", [row], age=300)
    run = sync_people(plan)
    assert codes(run) == ["FILE_DUPLICATE"]
    (reason,) = (inbox / "refused").glob("*.reason.txt")
    assert reason.read_text().startswith("FILE_DUPLICATE: ")


def test_files_are_read_in_the_order_of_their_delivery(plan: Plan, inbox: Path) -> None:
    """RK-3: Of two files the one that came first is read first, and the later one has the last word."""
    put(inbox, "z-first.csv", [rate(ada()["ssn"], "401K", percent="1")], age=10)
    put(inbox, "a-second.csv", [rate(ada()["ssn"], "401K", percent="2")], age=20)
    names = [sync_people(plan).delivered_as, sync_people(plan).delivered_as]
    assert names == ["z-first.csv", "a-second.csv"]
    assert rates(plan, "P-0001")["PRE"] == (Decimal(2), None)


def test_somebody_who_is_nobody_here_is_quarantined(plan: Plan, inbox: Path) -> None:
    """RK-3: A row of an SSN that the plan does not have stops nobody else and is quarantined with its reason."""
    put(inbox, "changes.csv", [rate("900-55-0001", "401K", percent="5"), rate(dora()["ssn"], "401K", percent="3")])
    run = sync_people(plan)
    assert (run.applied, run.rejected) == (1, 1)
    assert codes(run) == ["RECORD_ORPHANED"]
    assert open_quarantine(plan) == [("(person 1 of the file)", ["RECORD_ORPHANED"])]
    assert rates(plan, "P-0004")["PRE"] == (Decimal(3), None)
    assert not any("0001" in (one.message or "") for one in RunProblem.objects.filter(run_id=run.id))


def test_a_row_that_cannot_be_read_is_quarantined(plan: Plan, inbox: Path) -> None:
    """RK-3: A row with a date that is none is put aside with its line and its code; the others are taken."""
    bad = rate(bea()["ssn"], "401K", percent="4").replace("11162026", "99999999")
    put(inbox, "changes.csv", [bad, rate(dora()["ssn"], "401K", percent="3")])
    run = sync_people(plan)
    assert (run.applied, run.rejected) == (1, 1)
    assert open_quarantine(plan) == [("(line 2)", ["DATE_INVALID"])]


def test_a_canonical_delivery_still_says_everything(plan: Plan, inbox: Path) -> None:
    """RK-3: A whole delivery after 360 files is read as ever; what it says of rates holds."""
    put(inbox, "changes.csv", [rate(ada()["ssn"], "401K", percent="9.25")])
    sync_people(plan)
    deliver(inbox, [ada(), bea(), dora(), *crowd(2)], day=2)
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("successful", (5, 1, 4, 0, 0))
    assert rates(plan, "P-0001")["PRE"] == (Decimal("6.5"), None)


def test_a_file_that_grows_between_two_looks_waits(plan: Plan, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RK-3: A file that is still being written is not taken; the next sync takes it whole."""
    path = put(inbox, "changes.csv", [rate(ada()["ssn"], "401K", percent="9.25")])

    def write_on(_: float) -> None:
        with path.open("a") as file:
            file.write(rate(dora()["ssn"], "401K", percent="3") + "\n")

    monkeypatch.setattr("planbridge.recordkeepers.settled_files.time.sleep", write_on)
    assert sync_people(plan).delivered_as != "changes.csv"
    monkeypatch.undo()
    monkeypatch.setattr(product, "PLANBRIDGE_HOME", inbox.parent / "home")
    assert counts(sync_people(plan))[0] == 2


def test_an_encrypted_file_is_read_and_a_plain_one_is_refused(plan: Plan, inbox: Path) -> None:
    """RK-3: With an OpenPGP key only what is encrypted to it is taken; anything else is FILE_DECRYPT_FAILED."""
    pair = make_key_pair("example")
    connection = Connection.objects.get()
    sealed = seal_credentials(connection.pk, {OPEN_PGP_KEY: pair.private_key})
    Connection.objects.update(credentials_sealed=sealed)
    path = put(inbox, "changes.csv", [rate(ada()["ssn"], "401K", percent="9.25")])
    assert codes(sync_people(plan)) == ["FILE_DECRYPT_FAILED"]
    assert not path.exists()
    plain = put(inbox, "again.csv", [rate(ada()["ssn"], "401K", percent="9.5")])
    public = pysequoia.Cert.from_bytes(pair.public_key.encode())
    (inbox / "again.csv.pgp").write_bytes(pysequoia.encrypt(plain.read_bytes(), recipients=[public]))
    plain.unlink()
    run = sync_people(plan)
    assert run.status == "successful", problems(run)
    assert rates(plan, "P-0001")["PRE"] == (Decimal("9.5"), None)
    assert set(Delivery.objects.values_list("name", flat=True)) == {"day1", "changes.csv", "again.csv.pgp"}


def test_a_retried_row_brings_nothing_old_back(plan: Plan, inbox: Path) -> None:
    """RK-3: A rejected 360 row that is replayed later takes its rate along and nothing else that was held then."""
    put(inbox, "changes.csv", [rate(ada()["ssn"], "401KC", percent="4")])  # the plan has no such source yet
    first = sync_people(plan)
    assert (first.rejected, codes(first)) == (1, ["SOURCE_UNKNOWN"])
    assert open_quarantine(plan) == [("P-0001", ["SOURCE_UNKNOWN"])]
    document = plan_document()
    document["sources"] += [{"source": "401KC", "name": "Catch-up", "kind": "catch_up"}]
    folder = deliver(inbox, [], day=2, plans=[document])
    for file in folder.glob("*.csv"):
        file.unlink()
    write_manifest(folder, day=2, plans=[PLAN_ID])
    assert sync_plan(plan).status == "successful"
    assert activate_plan(Plan.objects.get(pk=plan.pk), actor="test").warnings == []
    put(inbox, "later.csv", [rate(ada()["ssn"], "401K", percent="9")], age=200)
    assert sync_people(plan).delivered_as == "later.csv"
    assert open_quarantine(plan) == [("P-0001", ["SOURCE_UNKNOWN"])]
    retried = run_of(retry_rejected(first.id, actor="test")[1])
    run = worked(retried)
    assert (run.status, run.rejected) == ("successful", 0), problems(run)
    assert rates(plan, "P-0001") == {
        "PRE": (Decimal(9), None),
        "ROTH": (None, Decimal(50)),
        "401KC": (Decimal(4), None),
    }
    assert open_quarantine(plan) == []


@pytest.mark.parametrize("seed", range(4))
def test_any_files_in_any_order_leave_what_they_say(plan: Plan, inbox: Path, seed: int) -> None:
    """RK-3: After any 360 files the rates are those last named, everything else is as before, and replaying the last changes nothing."""
    chance = random.Random(seed)
    people = {one["participant_id"]: one["ssn"] for one in (ada(), bea(), dora(), *crowd(2))}
    expected = {person: rates(plan, person) for person in people}
    before = rows_of_all(plan)
    rows: list[str] = []
    for number in range(3):
        rows = []
        for person in chance.sample(sorted(people), chance.randint(1, 4)):
            for code, source in chance.sample([("401K", "PRE"), ("4ROTH", "ROTH")], chance.randint(1, 2)):
                percent, amount = chance.choice([(chance.randint(0, 20), 0), (0, chance.randint(1, 300))])
                rows.append(rate(people[person], code, str(percent), str(amount)))
                expected[person][source] = (None, Decimal(amount)) if amount else (Decimal(percent), None)
        put(inbox, f"{number}.csv", rows, age=number * 10)
        assert sync_people(plan).status == "successful"
    assert {person: rates(plan, person) for person in people} == expected
    after = rows_of_all(plan)
    for table in set(TABLES) - {"participant", "contribution_rate"}:
        assert after[table] == before[table], table
    put(inbox, "again.csv", [*rows, ""], age=100)
    run = sync_people(plan)
    assert (run.applied, run.unchanged) == (0, run.read)
