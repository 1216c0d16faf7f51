"""The tables of the enrollment package."""

from planbridge.enrollment.invitation import EnrollmentInvitation
from planbridge.enrollment.kept_visit import KeptVisit
from planbridge.enrollment.provider import SignInProvider

__all__ = ["EnrollmentInvitation", "KeptVisit", "SignInProvider"]
