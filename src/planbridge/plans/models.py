"""The tables of the plans package."""

from planbridge.plans.fund import FundPrice, PlanFund
from planbridge.plans.plan import Plan, PlanContact, PlanFieldHistory, PlanProvision, PlanSource
from planbridge.plans.version import PlanVersion, VersionDefaultInvestment, VersionFund

__all__ = [
    "FundPrice",
    "Plan",
    "PlanContact",
    "PlanFieldHistory",
    "PlanFund",
    "PlanProvision",
    "PlanSource",
    "PlanVersion",
    "VersionDefaultInvestment",
    "VersionFund",
]
