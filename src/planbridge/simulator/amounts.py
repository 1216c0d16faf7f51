"""Exact amounts as whole numbers of their smallest unit, and as the text that both faces show."""

UNIT_SCALE = 1_000_000
PRICE_SCALE = 10_000
CENT_SCALE = 100
# units (1e-6) times price (1e-4) is dollars in 1e-10; a cent is 1e8 of those.
_VALUE_TO_CENTS = UNIT_SCALE * PRICE_SCALE // CENT_SCALE


def cents_of_holding(units: int, price: int) -> int:
    """Return the value in cents, rounded half up, of units (millionths) at a price (ten-thousandths of a dollar)."""
    return (units * price + _VALUE_TO_CENTS // 2) // _VALUE_TO_CENTS


def units_for(cents: int, price: int) -> int:
    """Return the millionths of a unit, rounded down, that cents buy at a price in ten-thousandths of a dollar."""
    return cents * _VALUE_TO_CENTS // price


def text_of_units(units: int) -> str:
    """Return units as text with six decimals."""
    sign = "-" if units < 0 else ""
    whole, part = divmod(abs(units), UNIT_SCALE)
    return f"{sign}{whole}.{part:06d}"


def text_of_price(price: int) -> str:
    """Return a price as text with four decimals."""
    whole, part = divmod(price, PRICE_SCALE)
    return f"{whole}.{part:04d}"


def text_of_cents(cents: int) -> str:
    """Return cents as dollars with two decimals."""
    sign = "-" if cents < 0 else ""
    whole, part = divmod(abs(cents), CENT_SCALE)
    return f"{sign}{whole}.{part:02d}"


def scaled(text: str, places: int) -> int:
    """Return a decimal text as a whole number of its `places`-th decimal; digits beyond that are cut off."""
    whole, _, part = text.partition(".")
    number: int = int(whole.lstrip("-") or "0") * int(10**places) + int(part[:places].ljust(places, "0") or "0")
    return -number if text.startswith("-") else number


def split_whole(total: int, percents: list[int]) -> list[int]:
    """Split a whole number by percents that total 100; the first share takes what rounding leaves over."""
    shares = [total * percent // 100 for percent in percents]
    shares[0] += total - sum(shares)
    return shares
