"""The roll of a plan: who is held of it and by which marks they are known again, as one compact row.

A copy of columns of `participant`, written with them in one transaction: a sync in which nobody changed reads one row a
plan instead of all its wide rows. Where few people of a plan changed an addition to its roll has them alone. Where a plan
has no roll the columns themselves are read.
"""

from django.db import models


class PlanRoll(models.Model):
    """One plan's people: `names`, their ids in lines; `marks` and `sections`, a record of each in the same order."""

    plan_id = models.BigIntegerField(primary_key=True)
    names = models.TextField()
    marks = models.BinaryField()
    sections = models.BinaryField()

    class Meta:
        db_table = "plan_roll"


class PlanRollAddition(models.Model):
    """People of a plan whose marks are not as its roll has them, or who are not on it; `number` counts from 1, later ones hold."""

    pk = models.CompositePrimaryKey("plan_id", "number")
    plan_id = models.BigIntegerField()
    number = models.PositiveSmallIntegerField()
    names = models.TextField()
    marks = models.BinaryField()
    sections = models.BinaryField()

    class Meta:
        db_table = "plan_roll_addition"
