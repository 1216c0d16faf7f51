"""The plan document of the Recordkeeper API as data, and the walk that holds a delivered document against it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from planbridge.activity.problem import Problem
from planbridge.plans.document_values import (
    Fault,
    Reader,
    number_text,
    read_day,
    read_flag,
    read_integer,
    read_moment,
    read_number,
    read_number_or_text,
    read_price,
    read_schedule,
    text_reader,
    wrong_type,
)


@dataclass(frozen=True)
class Rows:
    """A list of objects; `key` is the field that names one of them, otherwise its number from 0 does."""

    fields: "Fields"
    key: str = ""


Shape = Reader | Rows | Mapping[str, Any]  # Any: Shape again, which mypy cannot say of an alias like this
Fields = Mapping[str, Shape]

PRICE_FIELDS = ("price", "price_date")
BOOKKEEPING_FIELDS = ("as_of", "revision")
FUND_FIELDS: Fields = {
    "fund": text_reader(32, is_needed=True),
    "name": text_reader(300),
    "ticker": text_reader(16),
    "cusip": text_reader(16),
    "asset_class": text_reader(64),
    "expense_percent": read_number,
    "price": read_price,
    "price_date": read_day,
    "status": text_reader(64),
    "mapped_to": text_reader(32),
}
PROVISION_FIELDS: Fields = {
    "eligibility": {"minimum_age": read_number, "service_months": read_number, "entry": text_reader(64)},
    "deferral": {
        "minimum_percent": read_number,
        "maximum_percent": read_number,
        "roth": read_flag,
        "aftertax": read_flag,
        "catch_up": read_flag,
        "super_catch_up": read_flag,
        "change_frequency": text_reader(64),
    },
    "match": {
        "tiers": Rows({"contribution_percent": read_number_or_text, "match_percent": read_number_or_text}),
        "safe_harbor": text_reader(64),
    },
    "auto_enroll": {"percent": read_number, "increase_percent": read_number, "cap_percent": read_number},
    "vesting": Rows({"group": text_reader(64), "schedule": read_schedule}),
    "loans": {"permitted": read_flag, "maximum": read_integer},
    "balance_transfer": read_flag,
    "spousal_consent": read_flag,
}
DOCUMENT_FIELDS: Fields = {
    "plan_id": text_reader(32),
    "revision": text_reader(100),
    "as_of": read_moment,
    "name": text_reader(300),
    "type": text_reader(32),
    "plan_number": text_reader(16),
    "year_end": text_reader(5),
    "status": text_reader(32),
    "employer": {"name": text_reader(300), "ein": text_reader(64), "phone": text_reader(40)},
    "contacts": Rows(
        {"role": text_reader(32), "name": text_reader(200), "email": text_reader(320), "phone": text_reader(40)}
    ),
    "provisions": PROVISION_FIELDS,
    "sources": Rows(
        {
            "source": text_reader(16, is_needed=True),
            "name": text_reader(200),
            "kind": text_reader(64),
            "vesting_group": text_reader(64),
        },
        key="source",
    ),
    "lineup": {
        "effective_date": read_day,
        "funds": Rows(FUND_FIELDS, key="fund"),
        "default_investment": Rows(
            {
                "fund": text_reader(32, is_needed=True),
                "retirement_from": read_integer,
                "retirement_to": read_integer,
            },
            key="fund",
        ),
    },
}


@dataclass
class Walked:
    """A document held against the contract: its readable values, the rest as problems and names."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unknown: dict[str, None] = field(default_factory=dict)  # ordered, each name once

    @property
    def unreadable(self) -> frozenset[str]:
        """The places that have a problem."""
        return frozenset(problem.field or "" for problem in self.problems)


def walk_document(document: Mapping[str, Any]) -> Walked:
    """Read every value that the contract names; null and absent ones are left out."""
    walked = Walked()
    walked.values = _read_fields(document, DOCUMENT_FIELDS, ("", ""), walked)
    return walked


def as_json(value: Any) -> Any:  # noqa: ANN401 - any read value in, its JSON value out
    """A read value as JSON holds it: numbers as their one text, whole numbers and flags as they are."""
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: as_json(item) for name, item in value.items()}
    return [as_json(item) for item in value] if isinstance(value, list) else value


def _read_fields(
    delivered: Mapping[str, Any], fields: Fields, place: tuple[str, str], walked: Walked
) -> dict[str, Any]:
    """The readable fields of an object; `place` is where it stands, with and without the names of list items."""
    exact, general = place
    values: dict[str, Any] = {}
    for name, value in delivered.items():
        if name not in fields:
            walked.unknown[f"{general}{name}"] = None
        elif value is not None:
            read = _read_value(value, fields[name], (f"{exact}{name}", f"{general}{name}"), walked)
            if read is not None:
                values[name] = read
    return values


def _read_value(value: Any, shape: Shape, place: tuple[str, str], walked: Walked) -> Any:  # noqa: ANN401 - JSON
    """The value read by its shape; None, and a problem, when it cannot be read."""
    exact, general = place
    if isinstance(shape, Rows):
        return _read_rows(value, shape, place, walked)
    if isinstance(shape, Mapping):
        if isinstance(value, dict):
            return _read_fields(value, shape, (f"{exact}.", f"{general}."), walked)
        read: Any = wrong_type("an object")
    else:
        read = shape(value)
    if not isinstance(read, Fault):
        return read
    walked.problems.append(Problem(read.code, value=_shown(value), field=exact, detail=read.detail))
    return None


def _read_rows(value: Any, rows: Rows, place: tuple[str, str], walked: Walked) -> list[dict[str, Any]] | None:  # noqa: ANN401 - JSON
    exact, general = place
    if not isinstance(value, list):
        fault = wrong_type("a list")
        walked.problems.append(Problem(fault.code, value=_shown(value), field=exact, detail=fault.detail))
        return None
    read = []
    for number, item in enumerate(value):
        label = _name_of(item, rows) or str(number)
        fields = _read_value(item, rows.fields, (f"{exact}.{label}", general), walked)
        if fields is not None and rows.key and item.get(rows.key) is None:
            detail = f"Each item must have its {rows.key}."
            walked.problems.append(Problem("PLAN_DOCUMENT_INVALID", field=f"{exact}.{label}.{rows.key}", detail=detail))
        if fields is not None:
            read.append(fields)
    return read


def _name_of(item: Any, rows: Rows) -> str | None:  # noqa: ANN401 - any JSON value
    """The code by which a list item is named, when it has a readable one."""
    if not rows.key or not isinstance(item, dict):
        return None
    reader: Any = rows.fields[rows.key]  # a key is text in every list of the contract
    code = reader(item.get(rows.key))
    return code if isinstance(code, str) else None


def _shown(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    """A scalar at fault as text; a list or object is not shown."""
    return str(value) if isinstance(value, str | int | float | Decimal) else None
