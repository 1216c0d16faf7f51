"""The values of a plan document, one function a kind: what was delivered in, the value or what is wrong with it out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
# PostgreSQL's text holds no NUL, and UTF-8 no half of a surrogate pair; JSON can escape both.
NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
NUMBER_CHARACTERS_MAX = 60
YEAR_MIN, YEAR_MAX = 1970, 2200
INTEGER_MAX = 32_767  # years, months and counts fit PostgreSQL's smallint


@dataclass(frozen=True)
class Fault:
    """What is wrong with a delivered value: the problem's code and a sentence."""

    code: str
    detail: str | None = None


# A delivered value is any JSON value, and so is what a reader makes of it: hence Any.
Reader = Callable[[Any], Any]
NOT_A_NUMBER = Fault("NUMBER_INVALID")


def wrong_type(wanted: str) -> Fault:
    """The fault of a value of another JSON type than agreed."""
    return Fault("PLAN_DOCUMENT_INVALID", f"It must be {wanted}.")


def text_reader(characters_max: int, *, is_needed: bool = False) -> Reader:
    """A reader of trimmed text of at most so many characters; `is_needed` when it must not be empty."""

    def read(value: Any) -> str | Fault:  # noqa: ANN401 - any JSON value
        if not isinstance(value, str):
            return wrong_type("text")
        text = value.strip()
        if len(text) > characters_max:
            return wrong_type(f"text of at most {characters_max} characters")
        if NOT_STORABLE.search(text):
            return wrong_type("text without NUL and half characters")
        return wrong_type("text that is not empty") if is_needed and not text else text

    return read


def read_number(value: Any) -> Decimal | Fault:  # noqa: ANN401 - any JSON value
    """An exact decimal from text, a whole number or a Decimal; a float has already lost digits and is refused."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return wrong_type("an exact decimal number")
    text = str(value).strip()
    if len(text) > NUMBER_CHARACTERS_MAX or not NUMBER.fullmatch(text):
        return NOT_A_NUMBER
    return Decimal(text)


def read_price(value: Any) -> Decimal | Fault:  # noqa: ANN401 - any JSON value
    """A price in dollars: a number of at least 0."""
    number = read_number(value)
    return Fault("NUMBER_INVALID", "A price is not negative.") if isinstance(number, Decimal) and number < 0 else number


def read_number_or_text(value: Any) -> Decimal | str | Fault:  # noqa: ANN401 - any JSON value
    """A number, or the text as it stands when it is none: for what has a rule of its own to judge it."""
    number = read_number(value)
    if number == NOT_A_NUMBER and not NOT_STORABLE.search(str(value)):
        return str(value)
    return number


def read_integer(value: Any) -> int | Fault:  # noqa: ANN401 - any JSON value
    """A whole number from 0 to 32,767, as a number or as text."""
    number = read_number(value)
    if isinstance(number, Fault):
        return number
    if number != number.to_integral_value() or not 0 <= number <= INTEGER_MAX:
        return NOT_A_NUMBER
    return int(number)


def read_flag(value: Any) -> bool | Fault:  # noqa: ANN401 - any JSON value
    """True or false."""
    return value if isinstance(value, bool) else wrong_type("true or false")


def read_day(value: Any) -> date | Fault:  # noqa: ANN401 - any JSON value
    """A day of the calendar, YYYY-MM-DD."""
    if not isinstance(value, str):
        return wrong_type("a date as text")
    try:
        return date.fromisoformat(value.strip()) if DAY.fullmatch(value.strip()) else Fault("DATE_INVALID")
    except ValueError:
        return Fault("DATE_INVALID")


def read_moment(value: Any) -> datetime | Fault:  # noqa: ANN401 - any JSON value
    """A time with offset (RFC 3339)."""
    if not isinstance(value, str):
        return wrong_type("a time as text")
    fault = Fault("DATE_INVALID", "It must be a time with offset, as 2026-11-20T22:00:00Z.")
    try:
        moment = datetime.fromisoformat(value.strip().upper()) if MOMENT.fullmatch(value.strip()) else None
    except ValueError:
        return fault
    return moment if moment is not None and YEAR_MIN <= moment.year <= YEAR_MAX else fault


def read_schedule(value: Any) -> list[list[int | Decimal]] | Fault:  # noqa: ANN401 - any JSON value
    """A vesting schedule: pairs of years of service and vested percent."""
    fault = wrong_type("a list of [years, percent]")
    if not isinstance(value, list):
        return fault
    pairs: list[list[int | Decimal]] = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2:  # noqa: PLR2004 - a pair
            return fault
        years, percent = read_integer(pair[0]), read_number(pair[1])
        if isinstance(years, Fault):
            return years
        if isinstance(percent, Fault):
            return percent
        pairs.append([years, percent])
    return pairs


def number_text(number: Decimal) -> str:
    """The one text of a number: "0.120" and "12E-2" are "0.12"."""
    plain = format(number, "f")
    short = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if short in ("-0", "", "-") else short
