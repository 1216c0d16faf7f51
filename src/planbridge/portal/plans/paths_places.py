"""The places of the Investment Paths tab: each with its value, whose it is, what participants see now, and the ways back."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from planbridge.plans.content import Content
from planbridge.plans.document_values import number_text
from planbridge.plans.draft import Draft
from planbridge.plans.drafting import PlaceState, place_state
from planbridge.plans.edit import (
    DEFAULT_INVESTMENT,
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
    Edit,
    Edits,
    fund_of,
    fund_place,
    is_place,
)
from planbridge.plans.investment_paths import PathKind, provider_as_json
from planbridge.plans.lineup_checks import funds_left
from planbridge.plans.overlay import value_at
from planbridge.plans.terms import Fund, FundStatus
from planbridge.portal.plans.field_forms import slug_of
from planbridge.portal.plans.paths_boxes import Choices, Options
from planbridge.portal.plans.paths_words import STAYS, Names, label_of, words_of

# Any below is a JSON value of a place.
UNDERNEATH, LIVE, UNDECIDED = "underneath", "live", "undecided"
NO_OPTIONS = Options(())
BLANK: dict[str, dict[str, Any]] = {
    DEFAULT_INVESTMENT: {"fund": "", "retirement_from": None, "retirement_to": None},
    SCORE_RANGES: {"score_from": "", "score_to": "", "portfolio": ""},
    PORTFOLIOS: {"fund": "", "percent": ""},
}


@dataclass(frozen=True)
class WayBack:
    """A button that takes something back: what it says, and what then holds (UNDERNEATH, LIVE), or is UNDECIDED again."""

    words: str
    to: str


@dataclass(frozen=True)
class ShownRow:
    """A row of boxes, with values as they are typed; `options` are those of its choice, with the chosen one marked."""

    number: int
    values: dict[str, str]
    options: SafeString
    takes_focus: bool = False


@dataclass(frozen=True)
class ShownPlace:
    """A place of the draft as the page shows it; `live` is None where there is no live version.

    `settled`: our edit as it was before a conflict here was decided, where that can be undone.
    """

    state: PlaceState
    live: Content | None
    names: Names
    options: Options = NO_OPTIONS
    has_new_row: bool = False
    settled: Edit | None = None

    @property
    def place(self) -> str:
        """Its key."""
        return self.state.place

    @property
    def slug(self) -> str:
        """The id of its element."""
        return slug_of(self.place)

    @property
    def label(self) -> str:
        """What it is called."""
        return label_of(self.place, self.names)

    @property
    def value(self) -> Any:  # noqa: ANN401 - JSON
        """The draft's value."""
        return self.state.value

    @property
    def words(self) -> str:
        """The draft's value in words."""
        return self._said(self.state.value)

    @property
    def underneath_words(self) -> str:
        """What lies under our edit, in words."""
        return self._said(self.state.underneath)

    @property
    def was_words(self) -> str:
        """What lay under our edit when it was made, in words."""
        return "" if self.state.edit is None else self._said(self.state.edit.was)

    @property
    def is_the_recordkeepers(self) -> bool:
        """Whether the recordkeeper says something of it, too."""
        return self.place == DEFAULT_INVESTMENT or self.place.startswith(FUNDS)

    @property
    def is_ours(self) -> bool:
        """Whether our value differs from what lies underneath."""
        return self.state.edit is not None and self.state.value != self.state.underneath

    @property
    def live_words(self) -> str:
        """What participants see now, in words, where it differs; empty where it does not."""
        if self.live is None or value_at(self.live, self.place) == self.state.value:
            return ""
        return self._said(value_at(self.live, self.place))

    @property
    def ways_back(self) -> list[WayBack]:
        """The buttons that take a decision back, or our value away: to what lies underneath, to what participants see."""
        found = []
        if self.settled is not None:
            found.append(WayBack(f"Undo the decision: ours was {self._said(self.settled.value)}", UNDECIDED))
        if self.state.edit is not None and self.state.conflict is None:
            is_theirs = self.is_the_recordkeepers and self.state.underneath is not None
            words = f"Use the recordkeeper's: {self.underneath_words}" if is_theirs else "Undo"
            if self.state.underneath == self._live_value:
                words = f"Undo, back to what participants see: {self.underneath_words}"
            found.append(WayBack(words, UNDERNEATH))
        if self._can_go_live:
            found.append(WayBack(f"Undo, back to what participants see: {self.live_words}", LIVE))
        return found

    @property
    def rows(self) -> list[ShownRow]:
        """The rows of a list, with an empty one at the end where one is asked for or there is none."""
        value = self.value["funds"] if self.place.startswith(PORTFOLIOS) else self.value
        blank = BLANK[PORTFOLIOS if self.place.startswith(PORTFOLIOS) else self.place]
        rows = [dict(one) for one in value] + ([dict(blank)] if self.has_new_row or not value else [])
        key = "portfolio" if self.place == SCORE_RANGES else "fund"
        return [
            ShownRow(number, _as_typed(row), self.options.chosen(row[key]), self.has_new_row and number == len(rows))
            for number, row in enumerate(rows, start=1)
        ]

    @property
    def chosen(self) -> SafeString:
        """The options of a single choice, with the chosen one marked."""
        value = self.value["provider_id"] if isinstance(self.value, dict) else self.value
        return self.options.chosen("" if value is None else str(value))

    @property
    def chosen_or_stays(self) -> SafeString:
        """The funds that the money of a leaving one may go to, and that it stays; nothing chosen while undecided."""
        if self.value is None:
            stays = format_html('<option value="">{}</option>', STAYS)
            return mark_safe(self.options.markup + stays)  # noqa: S308 - made of escaped texts
        return replace(self.options, empty=STAYS).chosen(self.value)

    @property
    def total(self) -> str:
        """What the parts of a portfolio come to, in percent."""
        return number_text(sum((Decimal(one["percent"]) for one in self.value["funds"]), Decimal()))

    @property
    def _live_value(self) -> Any:  # noqa: ANN401 - JSON
        return None if self.live is None else value_at(self.live, self.place)

    @property
    def _can_go_live(self) -> bool:
        """Whether the live version's value can be taken over: it differs, and is not what lies underneath anyway."""
        if not self.live_words or self.state.conflict is not None or self.place.startswith(MAPPINGS):
            return False
        if self._live_value is None and self.place.startswith(FUNDS):
            return False
        return bool(self._live_value != self.state.underneath or self.state.edit is None)

    def _said(self, value: Any) -> str:  # noqa: ANN401 - JSON
        return words_of(self.place, value, self.names)


@dataclass(frozen=True)
class FundRow:
    """A fund of the lineup in the tab, with the places of it that can be edited."""

    fund: Fund
    name: ShownPlace
    successor: ShownPlace
    offered: ShownPlace | None  # only of a fund that takes money at the recordkeeper

    @property
    def edited(self) -> list[ShownPlace]:
        """Its places that have our value."""
        return [one for one in self.places if one.is_ours]

    @property
    def conflicts(self) -> list[ShownPlace]:
        """Its places that are in conflict."""
        return [one for one in self.places if one.state.conflict is not None]

    @property
    def places(self) -> list[ShownPlace]:
        """All its places."""
        return [self.name, self.successor, *([self.offered] if self.offered else [])]


@dataclass(frozen=True)
class Places:
    """A draft with what it may choose from: makes the places that the page shows; `settled` by place."""

    draft: Draft
    choices: Choices
    settled: Edits = field(default_factory=dict)

    @property
    def live(self) -> Content | None:
        """What participants see, were the plan active."""
        return None if self.draft.live is None else self.draft.live.content

    @property
    def names(self) -> Names:
        """The names of funds, questionnaires and portfolios, of the draft and of what it would replace."""
        return names_of([self.live, self.draft.underneath, self.draft.content], self.choices)

    def place(self, place: str, names: Names, *, has_new_row: bool = False) -> ShownPlace:
        """One place."""
        state = place_state(self.draft, place)
        options, settled = self._options(place, names), self.settled.get(place)
        return ShownPlace(state, self.live, names, options, has_new_row, settled)

    def has(self, place: str) -> bool:
        """Whether the draft has a place of this key now, or had one that can be brought back."""
        if not is_place(place):
            return False
        if place in self.stray_conflicts:
            return True
        if place.startswith(PORTFOLIOS):
            return place.removeprefix(PORTFOLIOS) in self.portfolio_keys
        if place.startswith(MAPPINGS):
            return place.removeprefix(MAPPINGS) in {*self.leaving, *self.draft.content.mappings}
        if place.startswith(FUNDS):
            return any(fund_place(one.fund, name) == place for one in self.funds for name in (NAME, MAPPED_TO, OFFERED))
        return True

    @property
    def portfolio_keys(self) -> list[str]:
        """The portfolios of the draft, and those that participants see and the draft lacks."""
        contents = [content for content in (self.draft.content, self.live) if content is not None]
        return list(dict.fromkeys(one.portfolio for content in contents for one in content.paths.portfolios))

    @property
    def stray_conflicts(self) -> list[str]:
        """Places in conflict of funds that the recordkeeper has no more, which stand in no other section."""
        codes = {one.fund for one in self.draft.underneath.lineup.funds}
        places = [one.place for one in self.draft.conflicts if one.place.startswith(FUNDS)]
        return [place for place in places if fund_of(place)[0] not in codes]

    @property
    def leaving(self) -> list[str]:
        """The live funds that leave without a successor, and those whose money was mapped."""
        left = funds_left(self.draft.content.lineup, self.live.lineup.current_funds) if self.live else set()
        return sorted(left | set(self.draft.content.mappings))

    @property
    def funds(self) -> tuple[Fund, ...]:
        """The recordkeeper's funds, those that we do not offer too, with the names that the draft gives them."""
        ours = {one.fund: one for one in self.draft.content.lineup.funds}
        return tuple(ours.get(one.fund, one) for one in self.draft.underneath.lineup.funds)

    def fund_row(self, fund: Fund, names: Names) -> FundRow:
        """One fund of the tab."""
        theirs = next(one for one in self.draft.underneath.lineup.funds if one.fund == fund.fund)
        places = {name: self.place(fund_place(fund.fund, name), names) for name in (NAME, MAPPED_TO, OFFERED)}
        is_open = theirs.status == FundStatus.OPEN
        return FundRow(fund, places[NAME], places[MAPPED_TO], places[OFFERED] if is_open else None)

    def _options(self, place: str, names: Names) -> Options:
        if place == QUESTIONNAIRE:
            pairs = tuple((str(one.pk), one.name) for one in self.choices.questionnaires)
            return Options(pairs, "None chosen")
        if place == PROVIDER:
            return Options(tuple((str(one.pk), one.name) for one in self.choices.providers), "None chosen")
        if place == SCORE_RANGES:
            return Options(tuple((one.portfolio, one.name) for one in self.draft.content.paths.portfolios))
        if place.startswith(FUNDS):
            pairs = tuple((one.fund, names.fund(one.fund)) for one in self.draft.underneath.lineup.funds)
            return Options(pairs, "None") if place.endswith(f".{MAPPED_TO}") else NO_OPTIONS
        open_funds = [one for one in self.draft.content.lineup.funds if one.status == FundStatus.OPEN]
        return Options(tuple((one.fund, names.fund(one.fund)) for one in open_funds))

    @property
    def is_provider_outdated(self) -> bool:
        """Whether the firm describes the chosen provider otherwise by now than the draft does."""
        chosen = self.draft.content.paths.provider
        now = next((one for one in self.choices.providers if chosen and one.pk == chosen.provider_id), None)
        return chosen is not None and now is not None and provider_as_json(now.as_value()) != provider_as_json(chosen)

    @property
    def path_places(self) -> list[str]:
        """The switches of the paths."""
        return [f"{PATHS}{kind}" for kind in PathKind]


def _as_typed(row: dict[str, Any]) -> dict[str, str]:
    """A row's values as texts, without the thousands separators that a page gives to numbers; empty for none."""
    return {name: "" if value is None else str(value) for name, value in row.items()}


def names_of(contents: Sequence[Content | None], choices: Choices) -> Names:
    """The names that some contents give; of several, the later one's."""
    there = [content for content in contents if content is not None]
    return Names(
        {one.fund: one.name for content in there for one in content.lineup.funds},
        {one.pk: one.name for one in choices.questionnaires},
        {one.portfolio: one.name for content in there for one in content.paths.portfolios},
    )
