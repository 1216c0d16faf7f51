"""The tables of the participants package."""

from planbridge.participants.account import (
    Allocation,
    Beneficiary,
    ContributionRate,
    Holding,
    Loan,
    Vesting,
    YearToDate,
)
from planbridge.participants.fund_holders import FundHoldersMark, FundHoldersRow
from planbridge.participants.history import ParticipantChange
from planbridge.participants.participant import Participant
from planbridge.participants.roll import PlanRoll, PlanRollAddition

__all__ = [
    "Allocation",
    "Beneficiary",
    "ContributionRate",
    "FundHoldersMark",
    "FundHoldersRow",
    "Holding",
    "Loan",
    "Participant",
    "ParticipantChange",
    "PlanRoll",
    "PlanRollAddition",
    "Vesting",
    "YearToDate",
]
