"""The table of the activity package."""

from planbridge.activity.entry import ActivityEntry

__all__ = ["ActivityEntry"]
