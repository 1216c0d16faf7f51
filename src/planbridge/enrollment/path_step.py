"""The path step: which way to invest somebody wants, of those that their plan offers, and what each means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from planbridge.enrollment.kept_visit import Answer
from planbridge.enrollment.path_choice import (
    KEEP,
    Split,
    default_fund_of,
    is_path_held,
    offered_paths,
    retirement_age_of,
)
from planbridge.enrollment.step_form import StepForm
from planbridge.enrollment.visit import Visit
from planbridge.plans.investment_paths import PathKind

WORDS = {
    KEEP: (gettext_lazy("Keep what I have"), gettext_lazy("Your money goes on as it is invested today.")),
    PathKind.DEFAULT_INVESTMENT: (
        gettext_lazy("Default Investment"),
        gettext_lazy("One fund that your plan picked. You do not have to do anything else."),
    ),
    PathKind.MANAGE_IT_FOR_ME: (
        gettext_lazy("Manage It For Me"),
        gettext_lazy("Experts choose funds for you and change them over time. You pay a fee for it."),
    ),
    PathKind.HELP_ME_CHOOSE: (
        gettext_lazy("Help Me Choose"),
        gettext_lazy("Answer a few questions and get a mix of funds that fits you."),
    ),
    PathKind.CHOOSE_MYSELF: (
        gettext_lazy("Choose Myself"),
        gettext_lazy("Pick the funds and how much goes into each."),
    ),
}


@dataclass(frozen=True)
class PathChoice:
    """A path as it is offered: its value, its name, what it means in a sentence."""

    value: str
    name: str
    meaning: str
    is_chosen: bool


class PathForm(StepForm):
    """One of the paths offered."""

    slug = "path"

    def __init__(self, visit: Visit, data: Mapping[str, Any] | None = None) -> None:  # Any: a form's values
        super().__init__(visit, data)
        self.fields["path"] = forms.ChoiceField(
            label=gettext_lazy("How do you want to invest?"),
            choices=[(value, WORDS[value][0]) for value in choices_of(visit)],
            widget=forms.RadioSelect,
            error_messages={
                "required": gettext_lazy("Choose how you want to invest."),
                "invalid_choice": gettext_lazy("Your plan does not offer this any more. Choose another way."),
            },
        )

    def initial_of(self, answer: Answer | None) -> dict[str, Any]:
        """The path answered before; else keeping what there is, or the only path that is offered."""
        values = choices_of(self.visit)
        first = KEEP if KEEP in values else values[0] if len(values) == 1 else None
        return {"path": (answer or {}).get("path", first)}

    def answer(self) -> Answer:
        """The path, and for the default investment the fund it is today."""
        path = self.cleaned_data["path"]
        fund = default_fund_of(self.visit) if path == PathKind.DEFAULT_INVESTMENT else None
        return {"path": path} | ({"split": {fund.fund: "100"}} if fund else {})

    def said(self) -> dict[str, Any]:
        """What the chosen path means for this person."""
        path = self["path"].value()
        fund, provider = default_fund_of(self.visit), self.visit.offer.paths.provider
        return {
            "path": path if path in choices_of(self.visit) else None,
            "fund": fund and (fund.name or fund.fund),
            "retirement_age": retirement_age_of(self.visit),
            "provider": provider,
            "kept": list(shown_splits(self.visit)) if path == KEEP else [],
            "fund_count": len(self.visit.offer.open_funds),
        }

    def choices(self) -> Iterator[PathChoice]:
        """The paths as they are shown."""
        chosen = self["path"].value()
        for value in choices_of(self.visit):
            name, meaning = WORDS[value]
            yield PathChoice(value, str(name), str(meaning), value == chosen)


def choices_of(visit: Visit) -> list[str]:
    """The values that can be chosen, in the order in which they are shown."""
    return [*([KEEP] if is_path_held(visit) else []), *(str(one) for one in offered_paths(visit))]


def shown_splits(visit: Visit) -> Iterator[dict[str, Any]]:
    """How new money goes today, by source."""
    held = visit.standing.allocations
    for source in held:
        if any(held[source].values()):
            yield {
                "source": visit.source_names.get(source, source),
                "funds": shown_split(visit, {fund: str(number) for fund, number in held[source].items() if number}),
            }


def shown_split(visit: Visit, split: Split) -> list[str]:
    """A split in lines: 'Target 2050 Fund: 100 %'."""
    names = visit.fund_names
    return [
        gettext("%(fund)s: %(share)s %%") % {"fund": names.get(fund, fund), "share": number}
        for fund, number in split.items()
    ]
