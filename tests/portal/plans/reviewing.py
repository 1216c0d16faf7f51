"""A plan whose draft has something of each kind to review, and what tests of its pages do with it."""

from html import unescape
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from planbridge.activity.run_id import new_run_id
from planbridge.participants.fund_holders import holders_of
from planbridge.plans.document import read_document
from planbridge.plans.drafting import place_state
from planbridge.plans.lifecycle import activate_plan, edit_draft, take_in_document, waiting_draft
from planbridge.plans.plan import Plan
from planbridge.plans.review import Review, ReviewItem
from planbridge.plans.reviewing import review_of
from tests.cast import fund, lineup, plan_document

HTMX = {"HX-Request": "true"}
PLAN_ID = "NORT1"
REMOVED, RENAMED, ADDED = "removed.EQ3", "renamed.TD45", "added.EQ4"


def address(name: str, plan: Plan, *rest: object) -> str:
    """The address of a route of a plan."""
    return reverse(f"plans:{name}", args=[plan.pk, *rest])


def text_of(client: Client, name: str, plan: Plan) -> str:
    """What a page says."""
    answer = client.get(address(name, plan))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def sync(plan: Plan, document: dict[str, Any]) -> None:
    """Take a document in as a Plan Sync does."""
    terms, _ = read_document(document)
    assert terms is not None
    with transaction.atomic():
        take_in_document(plan, document, terms, run_id=new_run_id(), now=timezone.now())


def replaced(**values: Any) -> dict[str, Any]:
    """The plan's document with one fund replaced, one renamed, and a provision changed."""
    funds = lineup(
        fund("TD45", name="Target 2045", asset_class="target_date"), fund("EQ4"), fund("STBL", status="frozen")
    )
    return plan_document(plan_id=PLAN_ID, lineup=funds, **values)


def changed_plan(plan: Plan) -> Plan:
    """The plan, active, with the recordkeeper's changes waiting."""
    activate_plan(plan, actor="test", accepts_rest=True)
    sync(plan, replaced(name="Northwind Savings Plan"))
    return Plan.objects.get(pk=plan.pk)


def edit(plan: Plan, place: str, value: object) -> None:
    """Edit a place of the draft."""
    draft = waiting_draft(plan)
    assert draft is not None
    edit_draft(plan, place, value, seen=place_state(draft, place).version, actor="ada@example.test")


def review(plan: Plan) -> Review:
    """The review as it stands."""
    found = review_of(Plan.objects.get(pk=plan.pk), holders_of(plan.pk))
    assert found is not None
    return found


def item(plan: Plan, key: str) -> ReviewItem:
    """An item of it."""
    found = review(plan).item(key)
    assert found is not None, [one.item for one in review(plan).items]
    return found


def token(plan: Plan) -> str:
    """What activating the draft brings as seen."""
    return review(plan).token


def decide(client: Client, plan: Plan, key: str, choice: str) -> Any:
    """Decide an item as the page does; answers the response."""
    sent = {"item": key, "choice": choice, "state": item(plan, key).state}
    return client.post(address("decide", plan), sent, headers=HTMX)
