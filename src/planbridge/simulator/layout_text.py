"""Writes one value as a field's layout has it: dates by their form, numbers with point and sign, SSNs, text cut to its place."""

from datetime import date
from decimal import Decimal, InvalidOperation

from planbridge.simulator.layout import Field

_FORMS = {
    "MMDDYYYY": "%m%d%Y", "MM/DD/YYYY": "%m/%d/%Y", "YYYYMMDD": "%Y%m%d", "YYYY-MM-DD": "%Y-%m-%d",
    "YYYY/MM/DD": "%Y/%m/%d", "MM-DD-YYYY": "%m-%d-%Y", "DDMMYYYY": "%d%m%Y", "MMDDYYYYHHmm": "%m%d%Y0000",
}  # fmt: skip
_OVERPUNCH = ("{ABCDEFGHI", "}JKLMNOPQR")
_PHONE_DIGITS = 10
_CENTS = Decimal("0.01")


class ValueUnfitError(Exception):
    """A value has no room in the layout's field; the message says which."""


def text_of(field: Field, value: str | None) -> str:
    """A value (ISO date, plain decimal, text) as the field writes it, without the padding of its place.

    None is what the layout writes for "not known". Raises ValueUnfitError for a number that its place cannot hold.
    """
    if value is None:
        return field.empty[0] if field.empty else ""
    try:
        if field.kind == "date":
            return date.fromisoformat(value).strftime(_FORMS[field.form or "YYYY-MM-DD"])
        if field.kind == "number":
            return _number(field, Decimal(value))
    except (ValueError, InvalidOperation):
        # A defect is delivered as it is kept.
        return value
    if field.kind == "ssn":
        return value.replace("-", "")
    if field.into == "phone" and field.length is not None:
        return "".join(letter for letter in value if letter.isdigit())[-min(field.length, _PHONE_DIGITS) :]
    # A shorter place for a plan's id is another numbering, of which the last digits tell plans apart.
    return value[-field.length :] if field.into == "plan_id" and field.length else value[: field.length]


def _number(field: Field, number: Decimal) -> str:
    minus = "-" if number < 0 else ""
    places = field.length or 1
    match field.sign:
        case "overpunch":
            digits = _digits(field, abs(number), places)
            text = digits[:-1] + _OVERPUNCH[bool(minus)][int(digits[-1])]
        case "trailing":
            text = _digits(field, abs(number), places - len(minus)) + minus
        case "first_byte":
            text = (minus or " ") + _digits(field, abs(number), places - 1)
        case _:
            text = minus + _digits(field, abs(number), places - len(minus))
    if field.length and len(text) > field.length:
        message = f"{number} has no room in {field.name}"
        raise ValueUnfitError(message)
    return text


def _digits(field: Field, number: Decimal, places: int) -> str:
    """Digits without sign: with a point and two decimals at least, or filled with zeros where the point is implied."""
    if not field.decimals and field.sign != "overpunch":
        if field.sign == "none" and field.length and number == number.to_integral_value():
            return f"{int(number):0{places}d}"
        return f"{number if number != number.quantize(_CENTS) else number.quantize(_CENTS):f}"
    scaled = number.scaleb(field.decimals)
    if scaled != scaled.to_integral_value():
        message = f"{number} has more than the {field.decimals} decimals of {field.name}"
        raise ValueUnfitError(message)
    return f"{int(scaled):0{places}d}"
