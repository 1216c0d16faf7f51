"""Field history: what changed of a person, by which run; the newest value stands in the person's own rows."""

import json
from decimal import Decimal
from typing import Any

from django.db import models


class ExactDecoder(json.JSONDecoder):
    """Reads JSON numbers as exact decimals."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - what json.loads passes on
        super().__init__(**(options | {"parse_float": Decimal, "parse_int": Decimal}))


class ParticipantChange(models.Model):
    """One run's change of one person in one table (`section`): {field: [old, new]}.

    Items are named by their arrays ("balances.units"). SSNs stand there masked, the old one sealed beside.
    """

    pk = models.CompositePrimaryKey("plan_id", "participant_id", "run_id", "section")
    plan_id = models.BigIntegerField()
    participant_id = models.TextField()
    run_id = models.UUIDField()
    section = models.TextField()
    changed_at = models.DateTimeField()
    changes = models.JSONField(decoder=ExactDecoder)
    old_ssn_sealed = models.BinaryField(null=True)

    class Meta:
        db_table = "participant_change"
        indexes = (models.Index(fields=["plan_id", "run_id"], name="participant_change_run"),)
