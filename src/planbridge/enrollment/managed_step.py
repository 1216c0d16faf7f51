"""The step of Manage It For Me: who would manage the account, how, for which fee; its disclosure is to be accepted."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from planbridge.enrollment.kept_visit import Answer
from planbridge.enrollment.objection import CENT, dollars, percent_text
from planbridge.enrollment.saver import HUNDRED, ZERO
from planbridge.enrollment.step_form import StepForm
from planbridge.sync.submission_wish import plain

EXAMPLE_USD = Decimal(10_000)


class ManagedForm(StepForm):
    """One box to accept the provider's fee and disclosure."""

    slug = "managed"
    is_accepted = forms.BooleanField(
        label=gettext_lazy("I have read this, and I agree to the fee"),
        error_messages={
            "required": gettext_lazy("Check this box to go on, or go back and choose another way to invest.")
        },
    )

    def answer(self) -> Answer:
        """That it was accepted, and at which fee, from whom."""
        provider = self.visit.offer.paths.provider
        fee = None if provider is None or provider.fee_percent is None else plain(provider.fee_percent)
        return {"is_accepted": True, "provider_id": provider and provider.provider_id, "fee_percent": fee}

    def initial_of(self, answer: Answer | None) -> dict[str, Any]:
        """Accepted before, while provider and fee are still the same."""
        provider = self.visit.offer.paths.provider
        if not answer or provider is None or answer.get("provider_id") != provider.provider_id:
            return {}
        fee = None if provider.fee_percent is None else plain(provider.fee_percent)
        return {"is_accepted": answer.get("fee_percent") == fee}

    def said(self) -> dict[str, Any]:
        """The provider, and what its fee comes to a year on what is there, or on an example."""
        provider = self.visit.offer.paths.provider
        fee = None if provider is None else provider.fee_percent
        balance = sum(self.visit.held.balances_usd.values(), ZERO)
        base = balance if balance > 0 else EXAMPLE_USD
        return {
            "provider": provider,
            "fee": None if fee is None else percent_text(fee),
            "fee_year": None if fee is None else dollars((base * fee / HUNDRED).quantize(CENT, ROUND_HALF_UP)),
            "base": dollars(base),
            "is_example": balance <= 0,
        }
