"""The tables of the security package."""

from planbridge.security.firm import Firm

__all__ = ["Firm"]
