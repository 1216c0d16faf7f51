"""An objection: why a participant's answer cannot be taken, as a code of the catalogue and a sentence to show them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from planbridge.activity.problem import Problem

CENT = Decimal("0.01")
NO_VALUES: Mapping[str, str] = MappingProxyType({})


def gettext_noop(sentence: str) -> str:
    """Mark a sentence for the translators, who look for this name; the pure modules import no Django for it."""
    return sentence


@dataclass(frozen=True)
class Objection:
    """What stands against an answer. Every objection refuses it.

    `sentence` is the English text with %(names)s in it, and so also the key of its translation; `values` are what the
    names stand for, as they are shown. `source` is the source at which it stands, None when it is about the whole.
    """

    code: str
    sentence: str
    values: Mapping[str, str] = field(default_factory=lambda: NO_VALUES)
    source: str | None = None

    @property
    def message(self) -> str:
        """The sentence in English, with its values."""
        return self.sentence % self.values

    def as_problem(self, participant_id: str | None = None) -> Problem:
        """The objection as a problem of the catalogue, for logs and for interfaces."""
        return Problem(self.code, field=self.source, participant_id=participant_id, detail=self.message)


@dataclass(frozen=True)
class StandingObjection:
    """What stands against an answer, and the step at which it can be mended."""

    slug: str
    objection: Objection


def dollars(amount: Decimal) -> str:
    """An amount as a participant reads it: $24,500, or $96.15; below zero with a minus before the sign."""
    cents = amount.quantize(CENT, ROUND_HALF_UP)
    text = f"{abs(cents):,.2f}".removesuffix(".00")
    return f"-${text}" if cents < 0 else f"${text}"


def percent_text(percent: Decimal) -> str:
    """A percent as a participant reads it: 6 %, or 6.5 %."""
    plain = format(percent, "f")
    return f"{plain.rstrip('0').rstrip('.') if '.' in plain else plain} %"


def day_text(day: date) -> str:
    """A day without any country's order: 2026-11-20."""
    return day.isoformat()
