"""Remembers when a user looked at the Activity Monitor, so that its badge counts what failed since."""

from datetime import datetime

from django.utils import timezone

from planbridge.security.user import User


def note_activity_viewed(user: User) -> None:
    """The user looks at the Activity Monitor now; no activity of its own, for nothing is changed by it."""
    user.activity_viewed_at = timezone.now()
    User.objects.filter(pk=user.pk).update(activity_viewed_at=user.activity_viewed_at)


def unseen_since(user: User) -> datetime:
    """Since when a user has not looked: since they were invited, if never."""
    return user.activity_viewed_at or user.created_at
