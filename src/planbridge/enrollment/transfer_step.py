"""The transfer step: whether the money that is there already moves, as new money goes, otherwise, or source by source."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from planbridge.enrollment.elections import check_allocation
from planbridge.enrollment.kept_visit import Answer
from planbridge.enrollment.objection import dollars
from planbridge.enrollment.path_choice import (
    BY_SOURCE,
    KEEP,
    LIKE_NEW,
    OTHER,
    is_there_already,
    movable_sources,
    split_of_new_money,
)
from planbridge.enrollment.path_step import shown_split
from planbridge.enrollment.saver import ZERO
from planbridge.enrollment.split_boxes import (
    FundBox,
    fund_boxes,
    split_as_text,
    split_fields,
    split_in,
    split_initial,
    total_shown,
)
from planbridge.enrollment.step_form import StepForm
from planbridge.enrollment.visit import Visit

MOVED = ""  # the group of the boxes that hold for all that is moved; no source has an empty code
CHOICES = (
    (KEEP, gettext_lazy("Leave it where it is")),
    (LIKE_NEW, gettext_lazy("Move it the way my new money goes")),
    (OTHER, gettext_lazy("Move it another way")),
)
EACH = (BY_SOURCE, gettext_lazy("Move each kind of money its own way"))


class TransferForm(StepForm):
    """One of three choices, and for the third a box for each fund; a fourth, with boxes for each source, where several move."""

    slug = "transfer"

    def __init__(self, visit: Visit, data: Mapping[str, Any] | None = None) -> None:  # Any: a form's values
        super().__init__(visit, data)
        self.funds = visit.offer.open_funds
        self.sources = [one.source for one in movable_sources(visit)]
        choices = (*CHOICES, EACH) if self.is_by_source_offered() else CHOICES
        self.fields["choice"] = forms.ChoiceField(
            label=gettext_lazy("Do you want to move it?"),
            choices=choices,
            widget=forms.RadioSelect,
            error_messages={"required": gettext_lazy("Choose whether to move your money.")},
        )
        self.fields |= split_fields(MOVED, self.funds, self.initial)
        if self.is_by_source_offered():
            for source in self.sources:
                self.fields |= split_fields(source, self.funds, self.initial)

    def initial_of(self, answer: Answer | None) -> dict[str, Any]:
        """What was answered before; else leaving it."""
        given = answer or {}
        values = {"choice": given.get("choice", KEEP)} | split_initial(MOVED, given.get("split") or {})
        for source, split in (given.get("splits") or {}).items():
            values |= split_initial(source, split)
        return values

    def clean(self) -> dict[str, Any]:
        """Each split totals exactly 100 % over open funds, a source's may be empty; there is a way that new money goes."""
        values = self.cleaned_data
        choice = values.get("choice")
        if choice in {OTHER, BY_SOURCE} and not self.errors:
            names = self.visit.fund_names | self.visit.source_names | {MOVED: gettext("the money you move")}
            open_funds = {one.fund for one in self.funds}
            splits = self._splits(choice)
            for group, split in splits.items():
                for one in check_allocation(group, split, open_funds, names):
                    self.object_to(one)
            if not splits:
                self.add_error("choice", gettext("Type where at least one kind of money goes, or choose to leave it."))
        if choice == LIKE_NEW and not self._new_splits():
            self.add_error("choice", gettext("You have not chosen where new money goes yet. Choose another answer."))
        return values

    def answer(self) -> Answer:
        """The choice, with the split of the third one, or the splits of the fourth."""
        choice = self.cleaned_data["choice"]
        splits = {group: split_as_text(split) for group, split in self._splits(choice).items()}
        if choice == BY_SOURCE:
            return {"choice": choice, "splits": splits}
        return {"choice": choice} | ({"split": splits[MOVED]} if choice == OTHER else {})

    def said(self) -> dict[str, Any]:
        """How much would move, out of which kinds of money, into what."""
        choice = self["choice"].value()
        splits = self._splits(choice)
        names = self.visit.source_names | {MOVED: gettext("Total")}
        return {
            "choice": choice,
            "total": dollars(self._total(splits if choice == BY_SOURCE else self.sources)),
            "is_there_already": choice == LIKE_NEW and self._is_there_already(),
            "splits": self._new_splits() if choice == LIKE_NEW else [],
            "moved": [total_shown(names[group], split) for group, split in splits.items()],
        }

    def balances(self) -> list[tuple[str, str]]:
        """The plan's sources that hold money, with how much, in words."""
        names = self.visit.source_names
        return [(names[one], dollars(self._total([one]))) for one in self.sources]

    def boxes(self) -> list[FundBox]:
        """The boxes of the other way."""
        return fund_boxes(self, MOVED, self.funds)

    def boxes_by_source(self) -> list[tuple[str, list[FundBox]]]:
        """The boxes of each source that holds money, under its name; none where there is one such source only."""
        names = self.visit.source_names
        sources = self.sources if self.is_by_source_offered() else []
        return [(names[one], fund_boxes(self, one, self.funds)) for one in sources]

    def is_by_source_offered(self) -> bool:
        """Whether more than one source holds money."""
        return len(self.sources) > 1

    def _splits(self, choice: str) -> dict[str, dict[str, Decimal]]:
        """The splits that count as they stand in the boxes, by their group; of sources only those that have any."""
        if choice == OTHER:
            return {MOVED: split_in(self, MOVED, self.funds)}
        if choice != BY_SOURCE or not self.is_by_source_offered():
            return {}
        splits = {one: split_in(self, one, self.funds) for one in self.sources}
        return {source: split for source, split in splits.items() if split}

    def _total(self, sources: Iterable[str]) -> Decimal:
        """How much the sources hold, in dollars."""
        wanted = set(sources)
        return sum((amount for place, amount in self.visit.held.balances_usd.items() if place[0] in wanted), ZERO)

    def _is_there_already(self) -> bool:
        return all(is_there_already(self.visit, one, split_of_new_money(self.visit, one)) for one in self.sources)

    def _new_splits(self) -> list[tuple[str, list[str]]]:
        """How each source's new money goes, in lines under its name."""
        found = [(one, split_of_new_money(self.visit, one.source)) for one in movable_sources(self.visit)]
        return [(one.name or one.source, shown_split(self.visit, split)) for one, split in found if split]
