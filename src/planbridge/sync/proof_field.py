"""The column of a run's proof: kept short, read in full.

A proof has a line for each fund, and nearly always the recordkeeper's number is the one that was read. Kept as that one
number it takes a fifth of the room, and a day has as many proofs as there are plans.
"""

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from planbridge.sync.reconcile import full_proof


class ProofField(models.JSONField):
    """JSON as `reconcile.proof_of` makes it, read as `reconcile.full_proof` spells it out."""

    def from_db_value(
        self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper
    ) -> dict[str, Any] | None:
        """The proof in full."""
        return full_proof(super().from_db_value(value, expression, connection))

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """For migrations it is a column of JSON like any other."""
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.JSONField", arguments, options
