"""The tables of the plans package."""

from planbridge.plans.access import PlanAccess
from planbridge.plans.draft_review import PlanActivationDate, PlanApproval, PlanComment, PlanDecision, PlanReview
from planbridge.plans.figures import PlanFigures
from planbridge.plans.fund import FundPrice, PlanFund
from planbridge.plans.pin import PlanPin
from planbridge.plans.placement_setting import PlacementSetting
from planbridge.plans.plan import Plan, PlanContact, PlanFieldHistory, PlanProvision, PlanSource
from planbridge.plans.provider import ManagedAccountProvider
from planbridge.plans.questionnaire import Questionnaire
from planbridge.plans.rollback_request import PlanRollbackRequest
from planbridge.plans.version import PlanVersion, VersionDefaultInvestment, VersionFund

__all__ = [
    "FundPrice",
    "ManagedAccountProvider",
    "PlacementSetting",
    "Plan",
    "PlanAccess",
    "PlanActivationDate",
    "PlanApproval",
    "PlanComment",
    "PlanContact",
    "PlanDecision",
    "PlanFieldHistory",
    "PlanFigures",
    "PlanFund",
    "PlanPin",
    "PlanProvision",
    "PlanReview",
    "PlanRollbackRequest",
    "PlanSource",
    "PlanVersion",
    "Questionnaire",
    "VersionDefaultInvestment",
    "VersionFund",
]
