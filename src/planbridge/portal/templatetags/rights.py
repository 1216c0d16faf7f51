"""Rights in templates, for what a page offers; the views check them all the same."""

from django import template
from django.contrib.auth.models import AnonymousUser

from planbridge.security.roles import Right
from planbridge.security.roles import may as user_may
from planbridge.security.user import User

register = template.Library()


@register.filter
def may(user: User | AnonymousUser, right: str) -> bool:
    """Whether a user has a right: {% if request.user|may:"change_users" %}. Raises ValueError for a right there is not."""
    return user_may(user, Right(right))
