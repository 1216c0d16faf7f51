"""What activating a plan asks of the packages above: who holds what, and whether anybody is notified."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from planbridge.plans.holders import FundHolders


@dataclass(frozen=True)
class ActivationFacts:
    """Holders by fund (participants/fund_holders.holders_of), and whether notifications of the plan are set up."""

    holders: Mapping[str, FundHolders] = field(default_factory=dict)
    has_notifications: bool = True


NOTHING_HELD = ActivationFacts()
