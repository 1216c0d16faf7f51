"""A firm: the advisor firm or TPA whose plans, people and users are kept apart from every other firm's."""

from django.db import models


class Firm(models.Model):
    """One advisor firm or TPA."""

    name = models.CharField(max_length=200, unique=True)
    time_zone = models.CharField(max_length=64, default="America/New_York")
    # Within how many hours a plan's people are to be synced; a plan may have its own. 30: daily, with room for the run.
    freshness_hours = models.PositiveSmallIntegerField(default=30)
    # The guard's limits of plans added from now on; each plan has its own.
    people_loss_percent_max = models.DecimalField(max_digits=5, decimal_places=2, default=5)
    money_move_percent_max = models.DecimalField(max_digits=5, decimal_places=2, default=10)
    needs_second_approver = models.BooleanField(default=False)  # what plans added from now on begin with

    class Meta:
        db_table = "firm"

    def __str__(self) -> str:
        return self.name


def only_firm() -> Firm:
    """The installation's first firm, made when there is none: what the command line works for."""
    firm = Firm.objects.order_by("id").first()
    return firm or Firm.objects.get_or_create(name="My firm")[0]
