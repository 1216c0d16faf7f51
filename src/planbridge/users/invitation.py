"""An invitation: a one-time link with which a person sets a password and gets into the Advisor Portal."""

import hashlib
from datetime import timedelta

from django.db import models

VALID_FOR = timedelta(days=7)
FIRST_ADMIN_VALID_FOR = timedelta(hours=24)


class Invitation(models.Model):
    """One link. Without a user it makes the firm's first Admin. Of its token only the digest is kept."""

    firm = models.ForeignKey("security.Firm", on_delete=models.CASCADE)
    user = models.ForeignKey("security.User", on_delete=models.CASCADE, null=True)
    token_digest = models.CharField(max_length=64, unique=True)
    made_by = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "invitation"


def digest_of(token: str) -> str:
    """What is kept of a token; it has 256 random bits, so a plain digest cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_path(token: str) -> str:
    """The path of an invitation's page (the route `invitation` of the portal)."""
    return f"/invitation/{token}/"
