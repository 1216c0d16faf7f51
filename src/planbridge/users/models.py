"""The tables of the users package."""

from planbridge.users.invitation import Invitation

__all__ = ["Invitation"]
