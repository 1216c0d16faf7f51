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
from planbridge.participants.history import ParticipantChange
from planbridge.participants.participant import Participant
from planbridge.participants.roll import PlanRoll

__all__ = [
    "Allocation",
    "Beneficiary",
    "ContributionRate",
    "Holding",
    "Loan",
    "Participant",
    "ParticipantChange",
    "PlanRoll",
    "Vesting",
    "YearToDate",
]
