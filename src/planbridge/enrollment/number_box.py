"""A number box: an exact number as people type it, with or without its sign, in a field that any phone can fill."""

import re
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from planbridge.enrollment.objection import dollars
from planbridge.sync.submission_wish import plain

PERCENT, DOLLARS, YEARS = "%", "$", ""
DIGITS_MAX = 12
# 1,250 and 1,250.50 have commas between thousands; 6,5 has the decimal comma of other countries.
THOUSANDS = re.compile(r"^-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$")
DECIMAL_COMMA = re.compile(r"^-?\d+,\d{1,2}$")


class BoxInput(forms.TextInput):
    """A box as HTML. No template: a page has up to a hundred of them [a third of its time]."""

    def render(
        self,
        name: str,
        value: Any,  # noqa: ANN401 - a field's value
        attrs: dict[str, Any] | None = None,  # Any: numbers and texts
        renderer: object = None,  # noqa: ARG002 - Django's signature
    ) -> SafeString:
        """The input with its name, value and attributes."""
        shown = self.get_context(name, value, attrs)["widget"]
        filled = "" if shown["value"] is None else format_html(' value="{}"', shown["value"])
        return format_html('<input type="text" name="{}"{}{}>', name, filled, flatatt(shown["attrs"]))


class NumberBox(forms.DecimalField):
    """A box for an exact number from `lowest` to `highest`; empty is None unless it must be filled.

    `unit` is what stands beside it: PERCENT, DOLLARS (both to two decimals, or as many as `held` has, which must not be
    refused when nobody touched it) or YEARS (whole ones). "6 %", "$1,250.50" and "6,5" are read as they are meant.
    """

    def __init__(  # noqa: PLR0913 - all that a box may be
        self,
        label: str,
        unit: str,
        *,
        lowest: int = 0,
        highest: int | None = None,
        is_required: bool = False,
        held: Decimal | None = None,
    ) -> None:
        decimals = 0 if unit == YEARS else max(2, places_of(held))
        shown = (
            str(highest) if unit == YEARS else f"{highest} %%" if unit == PERCENT else dollars(Decimal(highest or 0))
        )
        super().__init__(
            label=label,
            required=is_required,
            min_value=lowest,
            max_value=highest,
            max_digits=DIGITS_MAX + max(0, decimals - 2),
            decimal_places=decimals,
            widget=BoxInput(attrs={"inputmode": "decimal" if decimals else "numeric", "autocomplete": "off"}),
            error_messages={
                "required": gettext_lazy("Type a number here."),
                "invalid": gettext_lazy("Type a number, such as 6 or 6.5."),
                "min_value": gettext_lazy("Type %(lowest)s or more.") % {"lowest": lowest},
                "max_value": gettext_lazy("Type %(highest)s or less.") % {"highest": shown},
                "max_digits": gettext_lazy("This number is too large."),
                "max_whole_digits": gettext_lazy("This number is too large."),
                "max_decimal_places": gettext_lazy("Type a number with no more than two digits after the point.")
                if decimals
                else gettext_lazy("Type a whole number."),
            },
        )
        self.unit = unit

    def to_python(self, value: object) -> Any:  # noqa: ANN401 - a decimal or None, which the stubs take for an integer
        """The number that was meant; raises ValidationError for what is none."""
        return super().to_python(plain_digits(value) if isinstance(value, str) else value)

    def prepare_value(self, value: object) -> object:
        """A number as its shortest text; what was typed as it is."""
        return plain(value) if isinstance(value, Decimal) else value


def places_of(number: Decimal | None) -> int:
    """How many digits a number has after the point, needless zeros aside."""
    return 0 if number is None else len(plain(number).partition(".")[2])


def plain_digits(text: str) -> str:
    """A typed number without its signs and the commas between thousands."""
    bare = re.sub(r"[\s$%]", "", text)
    if THOUSANDS.match(bare):
        return bare.replace(",", "")
    return bare.replace(",", ".") if DECIMAL_COMMA.match(bare) else bare


def number_in(form: forms.Form, name: str) -> Decimal | None:
    """The number in a form's box as it stands, typed or shown at first; None for none, or what is no such number."""
    try:
        found: Decimal | None = form.fields[name].clean(form[name].value())
    except forms.ValidationError:
        return None
    return found


def box_name(*parts: str) -> str:
    """The name of a box for codes of sources and funds, which may hold any character; never two for different codes."""
    return ":".join(quote(part, safe="") for part in parts)
