"""The words of the Investment Paths tab: what each place of a draft is called, and a value of it as a person reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planbridge.plans.edit import (
    DEFAULT_INVESTMENT,
    EXPERIENCE,
    FUNDS,
    MAPPED_TO,
    MAPPINGS,
    NAME,
    OFFERED,
    PATHS,
    PORTFOLIOS,
    PROVIDER,
    QUESTIONNAIRE,
    SCORE_RANGES,
    fund_of,
)
from planbridge.plans.investment_paths import ExperienceType, PathKind
from planbridge.plans.path_changes import EXPERIENCE_WORDS, PATH_WORDS

# Any below is a JSON value of a place.
STAYS = "The money stays where it is until the recordkeeper moves it"
PATH_GLOSS = {
    PathKind.DEFAULT_INVESTMENT: "All of the money goes to one default fund, or to the target-date fund of the year in which the participant retires.",
    PathKind.MANAGE_IT_FOR_ME: "A provider manages the participant's account for a fee.",
    PathKind.HELP_ME_CHOOSE: "A few questions lead to one of the plan's model portfolios.",
    PathKind.CHOOSE_MYSELF: "The participant picks any open funds of the lineup.",
}
EXPERIENCE_GLOSS = {
    ExperienceType.STANDARD: "Offers all four paths, as far as they are on.",
    ExperienceType.MANAGED_ACCOUNT_RECOMMENDATION: "Offers Manage It For Me and Choose Myself; the other two are not shown, on or off.",
}
LABELS = {
    DEFAULT_INVESTMENT: "Default funds",
    EXPERIENCE: "Experience type",
    QUESTIONNAIRE: "Risk questionnaire",
    SCORE_RANGES: "Scores and portfolios",
    PROVIDER: "Managed-account provider",
}
FUND_LABELS = {NAME: "Name", MAPPED_TO: "Successor", OFFERED: "Offered to participants"}


@dataclass(frozen=True)
class Names:
    """Names of what values refer to by key: funds by code, questionnaires by id, portfolios by key."""

    funds: Mapping[str, str]
    questionnaires: Mapping[int, str]
    portfolios: Mapping[str, str]

    def fund(self, code: str) -> str:
        """A fund's name with its code."""
        name = self.funds.get(code, "")
        return f"{name} ({code})" if name and name != code else code


def label_of(place: str, names: Names) -> str:
    """What a place is called."""
    if place.startswith(FUNDS):
        code, attribute = fund_of(place)
        return f"{FUND_LABELS[attribute]} of {code}"
    if place.startswith(MAPPINGS):
        return f"Money in {names.fund(place.removeprefix(MAPPINGS))}"
    if place.startswith(PATHS):
        return PATH_WORDS[PathKind(place.removeprefix(PATHS))]
    if place.startswith(PORTFOLIOS):
        key = place.removeprefix(PORTFOLIOS)
        return f"Portfolio {names.portfolios.get(key) or key}"
    return LABELS[place]


def words_of(place: str, value: Any, names: Names) -> str:  # noqa: ANN401 - JSON
    """A value of a place in words; never empty."""
    if place.endswith(f".{OFFERED}") and place.startswith(FUNDS):
        return "Offered" if value else "Not offered"
    if isinstance(value, bool):
        return "On" if value else "Off"
    if place.startswith((MAPPINGS, FUNDS)):
        return _fund_words(place, value, names)
    if value in (None, "", []):
        return "None"
    return _value_words(place, value, names)


def years_words(one: Mapping[str, Any]) -> str:
    """The retirement years of a default fund, as JSON gives it."""
    first, last = one["retirement_from"], one["retirement_to"]
    if first is None and last is None:
        return "all years"
    if first is None:
        return f"until {last}"
    return f"from {first}" if last is None else f"{first} to {last}"


def _fund_words(place: str, value: Any, names: Names) -> str:  # noqa: ANN401 - JSON
    if value is None:
        return "No such fund" if place.startswith(FUNDS) else "Not decided"
    if place.startswith(FUNDS) and place.endswith(f".{NAME}"):
        return value or "No name"
    if place.startswith(MAPPINGS):
        return f"Goes to {names.fund(value)}" if value else STAYS
    return names.fund(value) if value else "None"


def _value_words(place: str, value: Any, names: Names) -> str:  # noqa: ANN401 - JSON
    if place == EXPERIENCE:
        return EXPERIENCE_WORDS[ExperienceType(value)]
    if place == QUESTIONNAIRE:
        return names.questionnaires.get(value, f"Questionnaire {value}")
    if place == SCORE_RANGES:
        parts = (
            f"{one['score_from']} to {one['score_to']}: {names.portfolios.get(one['portfolio'], one['portfolio'])}"
            for one in value
        )
        return ", ".join(parts)
    if place == DEFAULT_INVESTMENT:
        return ", ".join(f"{names.fund(one['fund'])} {years_words(one)}" for one in value)
    funds = ", ".join(f"{one['percent']} % {names.fund(one['fund'])}" for one in value.get("funds", ()))
    fee = f"{value['fee_percent']} % a year" if value.get("fee_percent") else ""
    return ": ".join(part for part in (value["name"], funds or fee) if part)
