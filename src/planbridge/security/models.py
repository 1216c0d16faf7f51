"""The tables of the security package."""

from planbridge.security.firm import Firm
from planbridge.security.user import User

__all__ = ["Firm", "User"]
