"""The tables of the security package."""

from planbridge.security.access_log import SsnReveal
from planbridge.security.firm import Firm
from planbridge.security.user import User

__all__ = ["Firm", "SsnReveal", "User"]
