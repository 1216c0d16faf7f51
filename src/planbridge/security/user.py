"""A user of the Advisor Portal: signs in by e-mail, belongs to one firm, has one role and three flags."""

from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from planbridge.security.firm import Firm


class Role(models.TextChoices):
    """What a user is in the firm; security/roles.py says what each may do."""

    ADMIN = "admin", "Admin"  # sees all plans of the firm
    ADVISOR = "advisor", "Advisor"  # works with the plans given to them
    VIEWER = "viewer", "Viewer"  # reads the plans given to them


class UsersWithFirm(BaseUserManager["User"]):
    """Users, each read together with the firm: every page needs both."""

    def get_queryset(self) -> "models.QuerySet[User]":
        """All users with their firms."""
        return super().get_queryset().select_related("firm")


class User(AbstractBaseUser):
    """One person who signs in; `email` is kept in lower case. Written by the package users alone."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200)
    firm = models.ForeignKey(Firm, on_delete=models.RESTRICT)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.VIEWER)
    may_view_sensitive_data = models.BooleanField(default=False)
    may_activate_plans = models.BooleanField(default=False)
    may_approve_held_runs = models.BooleanField(default=False)
    sees_all_plans = models.BooleanField(default=False)  # those of the firm, also what is added later
    time_zone = models.CharField(max_length=64, blank=True)
    is_active = models.BooleanField(default=True)
    activity_viewed_at = models.DateTimeField(null=True)  # since then the Activity badge counts errors
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UsersWithFirm()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        db_table = "portal_user"

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this user reads times: their own, else the firm's."""
        return ZoneInfo(self.time_zone or self.firm.time_zone)

    @property
    def has_joined(self) -> bool:
        """Whether the user ever got in: by a password of their own, or let in by the firm's provider."""
        return self.has_usable_password() or self.last_login is not None

    @property
    def actor(self) -> str:
        """How the user stands in runs and activity entries."""
        return self.email
