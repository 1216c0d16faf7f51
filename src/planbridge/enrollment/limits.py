"""The limits of the law by calendar year: dated data that is shipped, and the years that an operator adds by a file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

SHIPPED_FILE = Path(__file__).parent / "limits.toml"
FIRST_YEAR, LAST_YEAR = 2000, 2200
NONE = "none"
OPTIONAL = {"catch_up_60_63_usd", "roth_catch_up_wages_usd"}


class LimitsFileUnusable(ValueError):  # noqa: N818 - named like KeysUnusable: what is wrong, not that it is an error
    """A file of limits cannot be used; the message says where and what to do."""


@dataclass(frozen=True)
class Limits:
    """What the law allows in one calendar year, in whole dollars; None: the year has no such rule."""

    year: int
    source: str  # where the numbers were published
    elective_deferral_usd: Decimal  # 402(g): pre-tax and Roth together
    catch_up_usd: Decimal  # 414(v): on top, from age 50
    catch_up_60_63_usd: Decimal | None  # 414(v)(2)(E): instead of it at ages 60 to 63, if the plan allows
    annual_additions_usd: Decimal  # 415(c): what the employee and the employer put in, catch-up on top
    compensation_usd: Decimal  # 401(a)(17): the pay that the employer's money is reckoned from
    highly_compensated_usd: Decimal  # 414(q): pay of the year before
    roth_catch_up_wages_usd: Decimal | None  # 414(v)(7): with FICA wages above it the year before, catch-up is Roth
    wage_base_usd: Decimal  # the most pay that Social Security counts


FIELDS = tuple(one.name for one in fields(Limits) if one.name != "year")


def known_limits(added_file: Path | None = None) -> dict[int, Limits]:
    """The limits of every known year: the shipped ones and those of the operator's file, when there is one.

    Raises LimitsFileUnusable: the file cannot be read, lacks a value, or says otherwise of a shipped year.
    """
    shipped = read_limits(SHIPPED_FILE)
    added = read_limits(added_file) if added_file is not None else {}
    for year in shipped.keys() & added.keys():
        other = [name for name in FIELDS if name != "source" and _differs(shipped[year], added[year], name)]
        if other:
            raise LimitsFileUnusable(
                f"{added_file}: [{year}] has another {', '.join(other)} than Planbridge ships; take the year out of the "
                "file. If the shipped number is wrong, report it."
            )
    return added | shipped


def read_limits(file: Path) -> dict[int, Limits]:
    """The years of one file; raises LimitsFileUnusable with what is missing or cannot be read."""
    try:
        years = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise LimitsFileUnusable(f"{file} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LimitsFileUnusable(f"{file} is not a TOML file: {error}.") from error
    return {_year_of(file, name): _limits_of(file, name, values) for name, values in years.items()}


def _year_of(file: Path, name: str) -> int:
    if not (name.isascii() and name.isdecimal() and FIRST_YEAR <= int(name) <= LAST_YEAR):
        raise LimitsFileUnusable(f"{file}: [{name}] is not a year; write one table a year, such as [2027].")
    return int(name)


def _limits_of(file: Path, year: str, values: Any) -> Limits:  # noqa: ANN401 - any TOML value
    """One year's limits, every value of them given."""
    if not isinstance(values, Mapping):
        raise LimitsFileUnusable(f"{file}: {year} is not a table; begin it with a line [{year}].")
    missing = [name for name in FIELDS if name not in values]
    unknown = [name for name in values if name not in FIELDS]
    if missing or unknown:
        faults = [f"lacks {', '.join(missing)}"] if missing else []
        faults += [f"has {', '.join(unknown)}, which is no limit"] if unknown else []
        raise LimitsFileUnusable(f"{file}: [{year}] {' and '.join(faults)}.")
    source = values["source"]
    if not isinstance(source, str) or not source.strip():
        raise LimitsFileUnusable(f"{file}: [{year}] source must name where the numbers were published.")
    numbers: dict[str, Any] = {
        name: _number_of(f"{file}: [{year}] {name}", values[name], is_optional=name in OPTIONAL)
        for name in FIELDS
        if name != "source"
    }
    return Limits(year=int(year), source=source.strip(), **numbers)


def _number_of(place: str, value: Any, *, is_optional: bool) -> Decimal | None:  # noqa: ANN401 - any TOML value
    """An amount above 0 in dollars, or None for "none" where the law may have no such rule."""
    if is_optional and value == NONE:
        return None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(value)
        if number.is_finite() and number > 0:
            return number
    choice = ' or "none"' if is_optional else ""
    raise LimitsFileUnusable(f"{place} must be dollars above 0{choice}, not {value!r}.")


def _differs(one: Limits, other: Limits, name: str) -> bool:
    first, second = getattr(one, name), getattr(other, name)
    return bool(first != second)
