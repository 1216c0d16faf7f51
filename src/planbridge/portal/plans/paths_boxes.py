"""The boxes of a place of the draft: rows and choices as the page shows them, and what was filled in as a JSON value."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.http import QueryDict
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from planbridge.plans.edit import (
    DEFAULT_INVESTMENT,
    FUNDS,
    NAME,
    OFFERED,
    PATHS,
    PORTFOLIOS,
    PROVIDER,
    QUESTIONNAIRE,
    SCORE_RANGES,
    fund_of,
)
from planbridge.plans.edit_values import EditRefused
from planbridge.plans.investment_paths import provider_as_json
from planbridge.plans.provider import ManagedAccountProvider
from planbridge.plans.questionnaire import Questionnaire

# Any below is a JSON value of a place.
# Not "remove": a box of that name would hide the form element's own method.
ADD, REMOVE = "add_row", "remove_row"
Row = dict[str, Any]
Offered = TypeVar("Offered", Questionnaire, ManagedAccountProvider)


@dataclass(frozen=True)
class Choices:
    """What a plan may choose from beside its funds: the firm's final questionnaires and its providers on offer.

    What the draft names already is among them, whatever became of it.
    """

    questionnaires: Sequence[Questionnaire]
    providers: Sequence[ManagedAccountProvider]


@dataclass(frozen=True)
class Options:
    """The options of a choice that stands on the page many times: made once, and marked where each is chosen."""

    pairs: tuple[tuple[str, str], ...]
    empty: str = "Choose"

    @cached_property
    def markup(self) -> str:
        """All options, none of them chosen."""
        return "".join(format_html('<option value="{}">{}</option>', value, words) for value, words in self.pairs)

    def chosen(self, value: str) -> SafeString:
        """The options with this one chosen; one that is not among them is added."""
        first = format_html('<option value="">{}</option>', self.empty)
        mark = f'<option value="{conditional_escape(value)}"'
        if not value:
            return mark_safe(first + self.markup)  # noqa: S308 - made above of escaped texts
        if mark not in self.markup:
            added = format_html('<option value="{}" selected>{}, not in the lineup</option>', value, value)
            return mark_safe(first + added + self.markup)  # noqa: S308 - made above of escaped texts
        return mark_safe(first + self.markup.replace(mark, f"{mark} selected", 1))  # noqa: S308 - made above


def read_boxes(place: str, said: QueryDict, choices: Choices) -> Any:  # noqa: ANN401 - JSON
    """The value that was filled in for a place, as `edit_draft` takes it. Raises EditRefused, naming the row."""
    if place == DEFAULT_INVESTMENT:
        return _default_rows(said)
    if place == SCORE_RANGES:
        return _range_rows(said)
    if place.startswith(PORTFOLIOS):
        return _portfolio(said)
    if place == QUESTIONNAIRE:
        return _questionnaire(said, choices)
    if place == PROVIDER:
        return _provider(said, choices)
    text = str(said.get("value", ""))
    is_flag = place.startswith(PATHS) or (place.startswith(FUNDS) and fund_of(place)[1] == OFFERED)
    if is_flag and text not in {"on", "off"}:
        raise EditRefused("Choose one of the two.")
    return text == "on" if is_flag else text


def _default_rows(said: QueryDict) -> list[Row]:
    return list(_rows(said, ("fund", "retirement_from", "retirement_to"), "Choose the fund of row {}.").values())


def _range_rows(said: QueryDict) -> list[Row]:
    rows = _rows(said, ("portfolio", "score_from", "score_to"), "Choose the portfolio of row {}.")
    for number, row in rows.items():
        if not row["score_from"] or not row["score_to"]:
            raise EditRefused(f"Row {number} needs a score from and a score to.")
    return list(rows.values())


def _portfolio(said: QueryDict) -> Row | None:
    if said.get("act") == "remove_portfolio":
        return None
    rows = _rows(said, ("fund", "percent"), "Choose the fund of row {}.")
    for number, row in rows.items():
        if not row["percent"]:
            raise EditRefused(f"Row {number} needs a percent.")
    return {
        "name": str(said.get(NAME, "")),
        "description": str(said.get("description", "")),
        "funds": list(rows.values()),
    }


def _rows(said: QueryDict, columns: Sequence[str], message: str) -> dict[int, Row]:
    """The filled rows of parallel boxes by their number on the page; neither empty ones nor the one to be removed.

    Raises EditRefused for a row without its first column.
    """
    found = {}
    removed = str(said.get(REMOVE, ""))
    lists = [said.getlist(column) for column in columns]
    for number, values in enumerate(zip(*lists, strict=False), start=1):
        row = {column: str(value).strip() for column, value in zip(columns, values, strict=True)}
        if any(row.values()) and str(number) != removed:
            if not row[columns[0]]:
                raise EditRefused(message.format(number))
            found[number] = row
    return found


def _questionnaire(said: QueryDict, choices: Choices) -> int | None:
    chosen = _chosen(said, choices.questionnaires)
    return None if chosen is None else chosen.pk


def _provider(said: QueryDict, choices: Choices) -> Row | None:
    chosen = _chosen(said, choices.providers)
    return None if chosen is None else provider_as_json(chosen.as_value())


def _chosen(said: QueryDict, offered: Sequence[Offered]) -> Offered | None:
    """What was chosen; None for nothing. Raises EditRefused for what is not on offer."""
    key = str(said.get("value", ""))
    found = next((one for one in offered if str(one.pk) == key), None)
    if key and found is None:
        raise EditRefused("That is not on offer any more. Choose another.")
    return found
