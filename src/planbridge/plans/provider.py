"""Managed-account providers of a firm: who manages accounts for participants, how, for which fee."""

from django.db import models

from planbridge.plans.exact_number import ExactNumber
from planbridge.plans.investment_paths import Provider
from planbridge.security.firm import Firm

NAME_CHARACTERS_MAX = 100
FEE_NOTE_CHARACTERS_MAX = 500
TEXT_CHARACTERS_MAX = 10_000


class ManagedAccountProvider(models.Model):
    """A provider that plans of the firm may choose; a plan takes these values over when it does. Written by providers."""

    firm = models.ForeignKey(Firm, models.RESTRICT)
    name = models.CharField(max_length=NAME_CHARACTERS_MAX)
    methodology = models.TextField(blank=True)
    fee_percent = ExactNumber(null=True)  # percent of assets a year
    fee_note = models.CharField(max_length=FEE_NOTE_CHARACTERS_MAX, blank=True)
    disclosure = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)  # offered to plans; those that chose it before keep it

    class Meta:
        db_table = "managed_account_provider"
        constraints = (models.UniqueConstraint(fields=["firm", "name"], name="provider_named_once"),)

    def __str__(self) -> str:
        return self.name

    def as_value(self) -> Provider:
        """What a plan takes over."""
        return Provider(self.pk, self.name, self.methodology, self.fee_percent, self.fee_note, self.disclosure)
