"""The tables of the plans package."""

from planbridge.plans.access import PlanAccess
from planbridge.plans.figures import PlanFigures
from planbridge.plans.fund import FundPrice, PlanFund
from planbridge.plans.pin import PlanPin
from planbridge.plans.plan import Plan, PlanContact, PlanFieldHistory, PlanProvision, PlanSource
from planbridge.plans.version import PlanVersion, VersionDefaultInvestment, VersionFund

__all__ = [
    "FundPrice",
    "Plan",
    "PlanAccess",
    "PlanContact",
    "PlanFieldHistory",
    "PlanFigures",
    "PlanFund",
    "PlanPin",
    "PlanProvision",
    "PlanSource",
    "PlanVersion",
    "VersionDefaultInvestment",
    "VersionFund",
]
