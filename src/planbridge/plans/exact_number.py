"""A column of exact decimal numbers of any scale (PostgreSQL numeric): nothing is ever rounded on its way in."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    NumberField = models.Field[Decimal | None, Decimal | None]
else:
    NumberField = models.Field  # Django's fields take their type arguments only in the stubs


class ExactNumber(NumberField):
    """PostgreSQL numeric without a fixed scale; Django's DecimalField would round to its decimal places."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002 - Django's signature
        """The column type."""
        return "numeric"

    def get_internal_type(self) -> str:
        """Its kind for Django: none of the built-in ones."""
        return "ExactNumber"
