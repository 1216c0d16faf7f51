"""Files that state all items of a table, and files that name some: what is not there is gone, or stays."""

import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product

from planbridge.participants.held import items_held
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from tests.cast import PLAN_ID, ada, bea, dora, price_day
from tests.cast import position as money_of
from tests.recordkeepers.folders.test_partial_files import HEADER, TABLES, rate
from tests.recordkeepers.profiles.test_quirks_ofx import ofx, position, statement
from tests.syncing import codes, counts, problems, sync_people, synced_plan, table_rows

pytestmark = pytest.mark.django_db
OFX_CODES = {"PRETAX": "PRE", "AFTERTAX": "ROTH"}
NO_MORE = "<INV401K><PLANID>{}</PLANID>{}</INV401K>"
LOAN = "<LOANINFO><LOANID>1</LOANID><CURRENTLOANBAL>3000.00</CURRENTLOANBAL><LOANPMTAMT>101.19</LOANPMTAMT></LOANINFO>"


@pytest.fixture
def plan(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A synced plan whose folder takes OFX statements; Ada has three positions and two loans."""
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(product, "PLANBRIDGE_HOME", tmp_path / "home")
    made = synced_plan(inbox, [ada(), bea(), dora()])
    run = sync_people(Plan.objects.get(pk=made.pk))
    assert run.status == "successful", problems(run)
    read_by(inbox, profile="ofx-401k", source_codes=OFX_CODES)
    return Plan.objects.get(pk=made.pk)


def read_by(inbox: Path, **settings: Any) -> None:
    """Let the folder be read by a profile."""
    Connection.objects.update(settings={"path": str(inbox), "settle_seconds": 0} | settings)


def put(inbox: Path, name: str, text: str, *, age: int = 100) -> None:
    """Put a file into the folder, of a moment after the canonical delivery."""
    path = inbox / name
    path.write_text(text, encoding="ascii")
    os.utime(path, (1_800_000_000 + age, 1_800_000_000 + age))


def stated(account: str, held: Sequence[tuple[str, str, str]], more: str = LOAN) -> str:
    """The statement of an account: positions (OFX's source, fund, units), and its loans."""
    day = f"{price_day(1):%Y%m%d}"
    rows = []
    for source, fund, units in held:
        money = money_of(source, fund, units)
        rows.append(
            position(
                unique=fund, units=units, price=money["price"], value=money["market_value"], source=source, day=day
            )
        )
    return statement("".join(rows), NO_MORE.format(PLAN_ID, more), account=account)


def units(plan: Plan, participant_id: str) -> dict[tuple[str, str], Decimal]:
    """What is held of a person, by source and fund."""
    found = items_held(plan.pk, [participant_id])[participant_id]["balances"]
    keys = zip(found["sources"] or (), found["funds"] or (), strict=True)
    return dict(zip(keys, found["units"] or (), strict=True))


def loans(plan: Plan, participant_id: str) -> list[str]:
    """The ids of the loans that are held of a person."""
    return list(items_held(plan.pk, [participant_id])[participant_id]["loans"]["loan_ids"] or ())


def test_a_fund_sold_out_leaves_with_the_next_statement(plan: Plan, inbox: Path) -> None:
    """RK-3: What a statement no longer has of positions and loans is gone; other tables and other people stay as they are."""
    before = {table: table_rows(table, plan) for table in TABLES}
    kept = [("PRETAX", "TD45", "1234.567800"), ("MATCH", "STBL", "500.25")]
    put(inbox, "day2.ofx", ofx(stated("P-0001", kept)))
    run = sync_people(plan)
    assert (codes(run), counts(run)) == ([], (1, 1, 0, 0, 0)), problems(run)
    assert units(plan, "P-0001") == {("PRE", "TD45"): Decimal("1234.5678"), ("MATCH", "STBL"): Decimal("500.25")}
    assert loans(plan, "P-0001") == ["1"]
    after = {table: table_rows(table, plan) for table in TABLES}
    changed = {table for table in TABLES if [row for row in after[table] if row not in before[table]]}
    assert changed == {"participant", "holding", "loan"}
    assert all(len([row for row in after[table] if row not in before[table]]) == 1 for table in changed)


def test_a_statement_without_a_list_of_positions_says_nothing_of_them(plan: Plan, inbox: Path) -> None:
    """RK-3: A statement that has no list of positions takes none away, though one beside it has such a list."""
    silent = stated("P-0001", []).replace("INVPOSLIST", "NOTHING")
    put(inbox, "day2.ofx", ofx(silent, stated("P-0002", [("PRETAX", "TD45", "100.4")], "")))
    run = sync_people(plan)
    assert codes(run) == [], problems(run)
    assert len(units(plan, "P-0001")) == 3
    assert loans(plan, "P-0001") == ["1"]
    assert units(plan, "P-0002") == {("PRE", "TD45"): Decimal("100.4")}


def test_a_360_without_a_loan_leaves_the_loan(plan: Plan, inbox: Path) -> None:
    """RK-3: In a file that states no table in full, a loan or rate that it does not name stays."""
    read_by(inbox, profile="ascensus-360", source_codes={"401K": "PRE", "4ROTH": "ROTH"})
    put(inbox, "changes.csv", "\n".join([HEADER, rate(ada()["ssn"], "401K", percent="9.25")]) + "\n")
    assert sync_people(plan).status == "successful"
    assert loans(plan, "P-0001") == ["1", "2"]
    assert len(units(plan, "P-0001")) == 3
    assert set(items_held(plan.pk, ["P-0001"])["P-0001"]["contribution_rates"]["sources"] or ()) == {"PRE", "ROTH"}
