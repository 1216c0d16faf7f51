"""What differs between the investment paths and mappings of two contents, by place and in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planbridge.plans.content import Content
from planbridge.plans.edit import EXPERIENCE, MAPPINGS, PATHS, PORTFOLIOS, PROVIDER, QUESTIONNAIRE, SCORE_RANGES
from planbridge.plans.investment_paths import ExperienceType, PathKind
from planbridge.plans.overlay import value_at

PATH_WORDS = {
    PathKind.DEFAULT_INVESTMENT: "Default Investment",
    PathKind.MANAGE_IT_FOR_ME: "Manage It For Me",
    PathKind.HELP_ME_CHOOSE: "Help Me Choose",
    PathKind.CHOOSE_MYSELF: "Choose Myself",
}
EXPERIENCE_WORDS = {
    ExperienceType.STANDARD: "Standard",
    ExperienceType.MANAGED_ACCOUNT_RECOMMENDATION: "Managed Account Recommendation",
}
PLACE_WORDS = {
    EXPERIENCE: "Experience",
    QUESTIONNAIRE: "Questionnaire",
    SCORE_RANGES: "Scores and portfolios",
    PROVIDER: "Managed-account provider",
}


@dataclass(frozen=True)
class PathChange:
    """A place of the paths that differs, with its values as texts (empty: there was or is nothing)."""

    place: str
    before: str
    after: str


def path_places(*contents: Content | None) -> list[str]:
    """Every place of the paths that any of some contents has."""
    keys = dict.fromkeys(one.portfolio for content in contents if content for one in content.paths.portfolios)
    return [*(f"{PATHS}{kind}" for kind in PathKind), *PLACE_WORDS, *(f"{PORTFOLIOS}{key}" for key in keys)]


def path_changes(before: Content | None, after: Content) -> list[PathChange]:
    """Every place of the paths that differs."""
    pairs = [(place, text_at(before, place), text_at(after, place)) for place in path_places(before, after)]
    return [PathChange(place, was, now) for place, was, now in pairs if was != now]


def mapping_changes(before: Content | None, after: Content) -> list[PathChange]:
    """Every fund of whose money something else was decided."""
    old, new = dict(before.mappings) if before else {}, dict(after.mappings)
    return [
        PathChange(f"{MAPPINGS}{fund}", mapping_text(old.get(fund)), mapping_text(new.get(fund)))
        for fund in dict.fromkeys([*new, *old])
        if old.get(fund) != new.get(fund)
    ]


def mapping_text(successor: str | None) -> str:
    """Where a fund's money goes, in words; empty: nobody has decided."""
    if successor is None:
        return ""
    return f"mapped to {successor}" if successor else "the money stays until the recordkeeper moves it"


def text_at(content: Content | None, place: str) -> str:
    """What a content says at a place, in words; empty for nothing."""
    return "" if content is None else place_text(place, value_at(content, place))


def place_text(place: str, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """A value of a place in words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "On" if value else "Off"
    if place == EXPERIENCE:
        return EXPERIENCE_WORDS[ExperienceType(value)]
    if place == SCORE_RANGES:
        return ", ".join(f"{one['score_from']} to {one['score_to']}: {one['portfolio']}" for one in value)
    if isinstance(value, list):
        return ", ".join(years_of(one) for one in value)
    return object_text(value) if isinstance(value, Mapping) else str(value)


def years_of(one: Mapping[str, Any]) -> str:
    """A default fund in words."""
    start, end = one["retirement_from"], one["retirement_to"]
    years = f"from {start}" if end is None else f"until {end}" if start is None else f"{start} to {end}"
    return f"{one['fund']} {'all years' if start is None and end is None else years}"


def object_text(value: Mapping[str, Any]) -> str:
    """A portfolio or provider in words: its name, then what else it says."""
    funds = [f"{one['fund']} {one['percent']} %" for one in value.get("funds", ())]
    fee = value.get("fee_percent")
    more = [*funds, f"{fee} % a year" if fee else ""]
    more += [str(value.get(name) or "") for name in ("description", "methodology", "fee_note", "disclosure")]
    return ": ".join(part for part in (value["name"], ", ".join(one for one in more if one)) if part)


def place_words(place: str) -> str:
    """What a place of the paths is called."""
    if place.startswith(PATHS):
        return PATH_WORDS[PathKind(place.removeprefix(PATHS))]
    if place.startswith(PORTFOLIOS):
        return f"Portfolio {place.removeprefix(PORTFOLIOS)}"
    return PLACE_WORDS.get(place, place)
