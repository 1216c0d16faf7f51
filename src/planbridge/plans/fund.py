"""Funds of a plan and their prices, one row a day."""

from django.db import models

from planbridge.plans.exact_number import ExactNumber


class PlanFund(models.Model):
    """A fund in the recordkeeper's latest document of a plan; key: the plan's fund code."""

    pk = models.CompositePrimaryKey("plan_id", "fund")
    plan_id = models.BigIntegerField()
    fund = models.CharField(max_length=32)
    name = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "plan_fund"


class FundPrice(models.Model):
    """A fund's price in dollars a unit on a day."""

    pk = models.CompositePrimaryKey("plan_id", "fund", "price_date")
    plan_id = models.BigIntegerField()
    fund = models.CharField(max_length=32)
    price_date = models.DateField()
    price = ExactNumber()
    run_id = models.UUIDField()

    class Meta:
        db_table = "fund_price"
