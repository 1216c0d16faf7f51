"""What saving does to a paycheck: what goes in, what tax it saves, and how much less is taken home."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from planbridge.enrollment.objection import CENT, gettext_noop
from planbridge.enrollment.saver import HUNDRED, PRETAX_KINDS, ZERO, Rate, Saver, saved_usd

# The federal rate on the last dollar of most workers' pay: in 2026 of a single person with $28,500 to $66,500 a year
# (Rev. Proc. 2025-32). Nobody's true rate is known here, so the page states it and lets the person change it.
TAX_PERCENT = Decimal(12)
ASSUMED = gettext_noop(
    "This is an estimate. We assume that the last dollar you earn is taxed at %(percent)s by the federal government. "
    "Pre-tax savings lower that tax now. Roth savings do not: they are not taxed later. State tax is left out. Social "
    "Security and Medicare tax stay the same."
)


@dataclass(frozen=True)
class PaycheckEffect:
    """What one paycheck gives up for savings, in cents."""

    saved_by_source_usd: Mapping[str, Decimal]
    saved_usd: Decimal
    tax_saved_usd: Decimal

    @property
    def take_home_less_usd(self) -> Decimal:
        """How much smaller the paycheck becomes."""
        return self.saved_usd - self.tax_saved_usd


def paycheck_effect(
    saver: Saver, rates: Mapping[str, Rate], kinds: Mapping[str, str], *, tax_percent: Decimal = TAX_PERCENT
) -> PaycheckEffect:
    """The effect of rates by source on one paycheck; `kinds` names each source's kind.

    A percent of a pay that is not known counts as nothing. For the effect of a change, subtract that of the old rates.
    """
    saved = {
        source: saved_usd(rate, saver, paychecks=1).quantize(CENT, ROUND_HALF_UP) for source, rate in rates.items()
    }
    pretax = sum((amount for source, amount in saved.items() if kinds.get(source) in PRETAX_KINDS), ZERO)
    tax_saved = (pretax * tax_percent / HUNDRED).quantize(CENT, ROUND_HALF_UP)
    return PaycheckEffect(saved, sum(saved.values(), ZERO), tax_saved)
