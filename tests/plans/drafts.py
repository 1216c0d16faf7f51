"""Syncs and edits of a plan's draft, as the tests of drafts make them."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from planbridge.activity.run_id import new_run_id
from planbridge.plans.activation_facts import ActivationFacts
from planbridge.plans.document import read_document
from planbridge.plans.draft import Draft
from planbridge.plans.drafting import place_state
from planbridge.plans.holders import FundHolders
from planbridge.plans.lifecycle import Taken, activate_plan, edit_draft, take_in_document, waiting_draft
from planbridge.plans.plan import Plan

Document = dict[str, Any]
HELD = ActivationFacts({"EQ3": FundHolders(3, Decimal("12.50"), Decimal("731.48"))})


def sync(plan: Plan, document: Document) -> Taken:
    """Take a document in as a Plan Sync does."""
    terms, _ = read_document(document)
    assert terms is not None
    with transaction.atomic():
        return take_in_document(plan, document, terms, run_id=new_run_id(), now=timezone.now())


def activated(plan: Plan, document: Document) -> Plan:
    """The plan after its first Plan Sync and activation."""
    sync(plan, document)
    activate_plan(plan, actor="ada")
    return plan


def draft_of(plan: Plan) -> Draft:
    """The draft that waits."""
    draft = waiting_draft(plan)
    assert draft is not None
    return draft


def edit(plan: Plan, place: str, value: object, *, actor: str = "ada") -> Draft:
    """Edit a place of the draft as it stands."""
    edit_draft(plan, place, value, seen=place_state(draft_of(plan), place).version, actor=actor)
    return draft_of(plan)


def fund(document: Document, code: str) -> dict[str, Any]:
    """A fund of a document."""
    found: dict[str, Any] = next(one for one in document["lineup"]["funds"] if one["fund"] == code)
    return found


def names(plan: Plan) -> dict[str, str]:
    """Fund names of the draft."""
    return {one.fund: one.name for one in draft_of(plan).content.lineup.funds}
