"""An advisor's edit of a draft: the place, our value, and the value that lay underneath when it was made."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from planbridge.plans.investment_paths import PathKind

# Any below is a JSON value.
FUNDS, PATHS, PORTFOLIOS, MAPPINGS = "funds.", "paths.", "portfolios.", "mappings."
NAME, MAPPED_TO, OFFERED = "name", "mapped_to", "offered"
FUND_ATTRIBUTES = (NAME, MAPPED_TO, OFFERED)
DEFAULT_INVESTMENT = "default_investment"
EXPERIENCE, QUESTIONNAIRE, SCORE_RANGES, PROVIDER = "experience", "questionnaire", "score_ranges", "provider"
WHOLE_PLACES = (DEFAULT_INVESTMENT, EXPERIENCE, QUESTIONNAIRE, SCORE_RANGES, PROVIDER)
KEY_CHARACTERS_MAX = 32


@dataclass(frozen=True)
class Edit:
    """Our value at a place; `was` is what lay underneath, `by` who made it, `at` when (ISO 8601)."""

    value: Any
    was: Any
    by: str
    at: str


Edits = Mapping[str, Edit]


def edits_as_json(edits: Edits) -> dict[str, Any]:
    """Edits as JSON, by place."""
    return {place: asdict(edits[place]) for place in sorted(edits)}


def edits_from_json(value: Mapping[str, Any]) -> dict[str, Edit]:
    """The edits that `edits_as_json` wrote."""
    return {place: Edit(**one) for place, one in value.items()}


def fund_place(fund: str, attribute: str) -> str:
    """The place of a fund's attribute, one of FUND_ATTRIBUTES."""
    return f"{FUNDS}{fund}.{attribute}"


def fund_of(place: str) -> tuple[str, str]:
    """Fund and attribute of a fund's place; a fund's code may have dots in it."""
    fund, _, attribute = place.removeprefix(FUNDS).rpartition(".")
    return fund, attribute


def is_place(place: str) -> bool:
    """Whether a text names a place that can be edited."""
    if place.startswith(FUNDS):
        fund, attribute = fund_of(place)
        return bool(fund) and attribute in FUND_ATTRIBUTES
    for beginning in (PORTFOLIOS, MAPPINGS):
        if place.startswith(beginning):
            return 0 < len(place) - len(beginning) <= KEY_CHARACTERS_MAX
    return place in WHOLE_PLACES or place in {f"{PATHS}{kind}" for kind in PathKind}
