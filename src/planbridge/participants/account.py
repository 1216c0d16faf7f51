"""What a person holds and has chosen: one row a person in each table, items as parallel arrays.

Parallel arrays keep eight positions in one tuple: a sync that changes everybody writes an eighth of the tuples.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from planbridge.plans.exact_number import ExactNumber


def texts() -> "ArrayField[Any, Any]":
    """An array of text."""
    return ArrayField(models.TextField(null=True))


def numbers() -> "ArrayField[Any, Any]":
    """An array of exact numbers."""
    return ArrayField(ExactNumber(null=True))


def dates() -> "ArrayField[Any, Any]":
    """An array of dates."""
    return ArrayField(models.DateField(null=True))


class PersonRow(models.Model):
    """The key that every table of this file has."""

    pk = models.CompositePrimaryKey("plan_id", "participant_id")
    plan_id = models.BigIntegerField()
    participant_id = models.TextField()

    class Meta:
        abstract = True


class ContributionRate(PersonRow):
    """Percent or dollars of pay saved, per source."""

    sources = texts()
    percents = numbers()
    amounts = numbers()

    class Meta:
        db_table = "contribution_rate"


class Allocation(PersonRow):
    """The split of new contributions over funds in percent, per source."""

    sources = texts()
    funds = texts()
    percents = numbers()

    class Meta:
        db_table = "allocation"


class Holding(PersonRow):
    """Units of funds held, per source; market value = units x price, in the view `position`."""

    sources = texts()
    funds = texts()
    units = numbers()

    class Meta:
        db_table = "holding"


class Vesting(PersonRow):
    """Vested percent, per source."""

    sources = texts()
    percents = numbers()

    class Meta:
        db_table = "vesting"


class Loan(PersonRow):
    """Loans by their own ids; never summed."""

    loan_ids = texts()
    types = texts()
    origination_dates = dates()
    original_amounts = numbers()
    balances = numbers()
    payments = numbers()
    frequencies = texts()
    rates = numbers()
    maturity_dates = dates()
    statuses = texts()

    class Meta:
        db_table = "loan"


class Beneficiary(PersonRow):
    """Who inherits, by class (primary, contingent)."""

    classes = texts()
    names = texts()
    relationships = texts()
    percents = numbers()

    class Meta:
        db_table = "beneficiary"


class YearToDate(PersonRow):
    """Dollars contributed this year, per source."""

    sources = texts()
    amounts = numbers()

    class Meta:
        db_table = "year_to_date"
