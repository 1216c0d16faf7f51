"""What is held of a participant, as enrollment reads it."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from planbridge.enrollment.elections import Heir, HeirClass
from planbridge.enrollment.held import held_of
from planbridge.enrollment.saver import PayFrequency, Rate, Saver
from planbridge.enrollment.wishes import wishes_of
from planbridge.participants.models import Participant
from tests.cast import ada, person
from tests.syncing import sync_people, synced_plan


@pytest.mark.django_db
def test_what_is_held_of_people(tmp_path: Path) -> None:
    """EN-1: pay, age, wages, year to date, rates, allocations, balances and beneficiaries come from the last sync."""
    plan = synced_plan(tmp_path, [ada(), person(7, "Io")])
    sync_people(plan)
    one = Participant.objects.get(plan_id=plan.id, participant_id="P-0001")
    with CaptureQueriesContext(database) as queries:
        held = held_of(one)
    assert len(queries) == 2
    assert held.saver == Saver(
        birth_date=date(1964, 2, 29),
        annual_pay_usd=Decimal("76923.10"),
        pay_frequency=PayFrequency.BIWEEKLY,
        hired_on=date(2010, 6, 14),
        prior_year_fica_wages_usd=Decimal(74100),
        year_to_date_usd={"PRE": Decimal("4100.12"), "ROTH": Decimal(1100)},
    )
    assert held.marital_status == "married"
    assert held.elections.rates == {"PRE": Rate(percent=Decimal("6.5")), "ROTH": Rate(amount_usd=Decimal(50))}
    assert held.elections.allocations["PRE"] == {"TD45": Decimal("33.34"), "EQ3": Decimal("66.66")}
    assert held.elections.heirs is not None
    assert Heir(HeirClass.PRIMARY, "Noor O'Neil", "spouse", Decimal(100)) in held.elections.heirs
    assert held.balances_usd[("PRE", "TD45")] == Decimal("22741.97")
    assert wishes_of(held.elections, held.elections) == []
    other = held_of(Participant.objects.get(plan_id=plan.id, participant_id="P-0007"))
    assert other.saver.year_to_date_usd is None
    assert other.elections.heirs is None
