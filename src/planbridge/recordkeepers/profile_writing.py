"""Writes rows by a file profile: its own reading backwards, so that what is written is what its reader understands."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from planbridge.recordkeepers.profile import Field, Profile
from planbridge.recordkeepers.profile_fields import STRPTIME

DECIMALS_USUAL = 2
DECIMALS_MAX = 10  # as many as a number of a file may have when it is read


def written_columns(profile: Profile) -> list[str]:
    """The names of the columns of a written file, in their order; "" for a place that the layout does not name."""
    fields = [one for record in profile.details for one in record.fields]
    if profile.layout.by == "name":
        return list(dict.fromkeys(one.name for one in fields))
    by_place = {one.at or 0: one.name for one in reversed(fields)}
    return [by_place.get(place, "") for place in range(1, max(by_place, default=0) + 1)]


def text_of(profile: Profile, field: Field, value: str | date | Decimal | None) -> str | None:
    """What is said as the field writes it, "" for nothing; None for what the field cannot hold."""
    if isinstance(value, date):
        return value.strftime(STRPTIME[field.form or "YYYY-MM-DD"])
    if field.kind == "number":
        # Of a percent and an amount that stand side by side, the one that is not meant is zero or blank.
        number = Decimal(0) if value is None and field.must == "filled" else value
        return number_text(number, field.decimals) if isinstance(number, Decimal) else ""
    if field.kind == "code":
        codes = [text for text, word in profile.codes[field.codes or ""].items() if word == value]
        return codes[0] if len(codes) == 1 else None
    return str(value or "")


def number_text(number: Decimal, implied: int) -> str | None:
    """A number with two decimals or the more that it has, or with so many implied ones; None where it has too many."""
    if implied:
        whole = number.scaleb(implied)
        return f"{whole:.0f}" if whole == whole.to_integral_value() else None
    plain = number.normalize()
    decimals = max(DECIMALS_USUAL, -int(plain.as_tuple().exponent))
    return f"{plain:.{decimals}f}" if decimals <= DECIMALS_MAX else None


def line_of_cells(profile: Profile, cells: Iterable[str]) -> bytes | None:
    """A line with its end; None where a text would not come back as it is: a line break, blanks around it, another encoding."""
    separator, quote = profile.layout.separator, profile.layout.quote
    written = []
    for text in cells:
        if not text.isprintable() or text != text.strip() or (not quote and separator in text):
            return None
        needs_quotes = quote and (separator in text or quote in text)
        written.append(f"{quote}{text.replace(quote, quote * 2)}{quote}" if needs_quotes else text)
    try:
        return f"{separator.join(written)}\n".encode(profile.encoding)
    except UnicodeEncodeError:
        return None
