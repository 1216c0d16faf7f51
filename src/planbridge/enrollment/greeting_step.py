"""The greeting: which plan it is, what is held now, and what is under way."""

from decimal import Decimal
from typing import Any

from planbridge.enrollment.changes_shown import rate_text, shown_change
from planbridge.enrollment.objection import dollars
from planbridge.enrollment.saver import Rate
from planbridge.enrollment.step_form import StepForm
from planbridge.sync.submission_wish import WishKind
from planbridge.sync.submissions import pending_of


class GreetingForm(StepForm):
    """Asks nothing."""

    slug = "greeting"

    def said(self) -> dict[str, Any]:
        """Rates (name, text) and balance held, and the changes under way with their receipts."""
        visit = self.visit
        names = visit.source_names
        return {
            "rates": [(names.get(one, one), text_of(rate)) for one, rate in visit.held.elections.rates.items()],
            "balance": dollars(sum(visit.held.balances_usd.values(), Decimal(0))),
            "pending": [
                (
                    one["receipt"],
                    shown_change(visit, WishKind(one["kind"]), one["source"] or "", one["from"], one["to"]),
                )
                for one in pending_of(visit.plan.pk, visit.person.participant_id)
            ],
        }


def text_of(rate: Rate) -> str:
    """A rate in words."""
    return rate_text({"percent": rate.percent, "amount": rate.amount_usd})
