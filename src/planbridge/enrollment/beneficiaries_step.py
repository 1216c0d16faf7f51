"""The beneficiaries step: who gets the money, main ones and backup ones, in rows that can be added and taken out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from planbridge.enrollment.elections import Consent, Heir, HeirClass, check_heirs, needs_consent
from planbridge.enrollment.kept_visit import Answer
from planbridge.enrollment.number_box import DIGITS_MAX, PERCENT, NumberBox, number_in
from planbridge.enrollment.objection import gettext_noop
from planbridge.enrollment.saver import ZERO
from planbridge.enrollment.split_boxes import SHARE_MAX, total_shown
from planbridge.enrollment.spouse import NO, YES, is_known_married, is_other_than_held, marital_status_with
from planbridge.enrollment.step_form import StepForm
from planbridge.enrollment.visit import Visit
from planbridge.sync.submission_wish import plain

ROWS_MAX = 10  # that can be added; more that are held are shown as well
ROWS_READ_MAX = 100
NAME_CHARACTERS_MAX = 300
RESHAPE = "reshape"  # the name of the buttons that add a row and take one out
ADD, REMOVE = "add", "remove"
RELATIONSHIPS = {
    "spouse": gettext_lazy("Husband or wife"),
    "child": gettext_lazy("Child"),
    "parent": gettext_lazy("Parent"),
    "sibling": gettext_lazy("Brother or sister"),
    "trust": gettext_lazy("Trust"),
    "estate": gettext_lazy("My estate"),
    "other": gettext_lazy("Someone else"),
}
TITLES = {
    HeirClass.PRIMARY: gettext_lazy("Main beneficiaries"),
    HeirClass.CONTINGENT: gettext_lazy("Backup beneficiaries"),
}
NOBODY_LEFT = gettext_noop(
    "You cannot take everybody out here. Name at least one person. To have nobody named, ask your employer or your plan's "
    "contact."
)
CONSENT_LATER = Consent("", "", date.min)  # it has a page of its own, which follows
Values = Mapping[str, Any]  # Any: what a form posts


@dataclass(frozen=True)
class HeirRow:
    """The boxes of one beneficiary, and the value of the button that takes them out."""

    number: int
    name: forms.BoundField
    relationship: forms.BoundField
    percent: forms.BoundField
    remove: str


@dataclass(frozen=True)
class HeirGroup:
    """The rows of one class, and the value of the button that adds one."""

    title: str
    heir_class: str
    rows: list[HeirRow]
    add: str  # empty when there are as many as there may be


class BeneficiariesForm(StepForm):
    """Rows of name, relationship and share; and whether somebody is married, where the plan's records do not say so."""

    slug = "beneficiaries"

    def __init__(self, visit: Visit, data: Values | None = None) -> None:
        self.is_reshaped = bool(data and data.get(RESHAPE))
        values = reshaped(data) if data and self.is_reshaped else data
        super().__init__(visit, values)
        given: Values = self.initial if values is None else values
        self.counts = {one: row_count(given.get(f"{one}-rows")) for one in HeirClass}
        for heir_class, count in self.counts.items():
            self.fields[f"{heir_class}-rows"] = forms.CharField(required=False, widget=forms.HiddenInput)
            for number in range(count):
                row = f"{heir_class}-{number}"
                held = self.initial.get(f"{row}-percent")
                self.fields |= _row_fields(row, is_new=self._is_new(heir_class, number, data), held=held)
        if not is_known_married(visit):
            self.fields["married"] = forms.ChoiceField(
                label=gettext_lazy("Are you married?"),
                choices=[(YES, gettext_lazy("Yes")), (NO, gettext_lazy("No"))],
                widget=forms.RadioSelect,
                required=False,
            )

    def initial_of(self, answer: Answer | None) -> dict[str, Any]:
        """The beneficiaries answered before, or those held; one empty row where there are none."""
        held = [heir_as_json(one) for one in self.visit.standing.heirs or ()]
        given = answer or {"heirs": held, "married": None}
        status = self.visit.held.marital_status
        values: dict[str, Any] = {"married": given.get("married") or (NO if status else None)}
        for heir_class in HeirClass:
            heirs = [one for one in given["heirs"] if one["class"] == heir_class]
            is_first = heir_class == HeirClass.PRIMARY and not heirs
            values[f"{heir_class}-rows"] = len(heirs) or int(is_first)
            for number, one in enumerate(heirs):
                row = f"{heir_class}-{number}"
                chosen = one.get("relationship")
                values |= {
                    f"{row}-name": one["name"],
                    f"{row}-relationship": chosen if chosen in RELATIONSHIPS else "other",
                }
                values[f"{row}-percent"] = Decimal(one["percent"])
        return values

    def is_redrawn(self) -> bool:
        """Whether a row is to be added or taken out, and nothing else."""
        return self.is_reshaped

    def clean(self) -> dict[str, Any]:
        """Names and shares, 100 % a class; whoever names somebody says whether they are married."""
        values = self.cleaned_data
        heirs = self.heirs()
        if self.errors or not is_other_than_held(self.visit, heirs):
            return values
        if not heirs and self.visit.standing.heirs:
            self.add_error(None, gettext(NOBODY_LEFT))
            return values
        status = marital_status_with(self.visit, values.get("married") or None)
        for one in check_heirs(heirs, marital_status=status, provisions=self.visit.provisions, consent=CONSENT_LATER):
            self.object_to(one)
        if heirs and "married" in self.fields and not values.get("married"):
            self.add_error("married", gettext("Choose whether you are married."))
        return values

    def answer(self) -> Answer:
        """The beneficiaries, and whether the person is married where that was asked."""
        return {
            "heirs": [heir_as_json(one) for one in self.heirs()],
            "married": self.cleaned_data.get("married") or None,
        }

    def heirs(self) -> list[Heir]:
        """The beneficiaries in the rows; a row without name and relationship is empty."""
        found = []
        for heir_class, count in self.counts.items():
            for number in range(count):
                row = f"{heir_class}-{number}"
                name = str(self[f"{row}-name"].value() or "").strip()
                relationship = self[f"{row}-relationship"].value() or ""
                if name or relationship:
                    percent = number_in(self, f"{row}-percent") or ZERO
                    found.append(Heir(heir_class, name, self._relationship(name, relationship), percent))
        return found

    def said(self) -> dict[str, Any]:
        """The total of each class, and whether the spouse will have to agree."""
        heirs = self.heirs()
        totals = [
            total_shown(
                str(TITLES[heir_class]),
                {str(place): one.percent for place, one in enumerate(heirs) if one.heir_class == heir_class},
            )
            for heir_class in HeirClass
            if any(one.heir_class == heir_class for one in heirs)
        ]
        married = self["married"].value() if "married" in self.fields else None
        status = marital_status_with(self.visit, married or None)
        asked = needs_consent(heirs, marital_status=status, provisions=self.visit.provisions)
        asked = asked and is_other_than_held(self.visit, heirs)
        return {"totals": totals, "needs_consent": asked, "is_nobody": not heirs}

    def groups(self) -> list[HeirGroup]:
        """The rows by class."""
        return [
            HeirGroup(
                str(TITLES[heir_class]),
                str(heir_class),
                [self._row(heir_class, number) for number in range(count)],
                f"{ADD}-{heir_class}" if count < ROWS_MAX else "",
            )
            for heir_class, count in self.counts.items()
        ]

    def count_fields(self) -> list[forms.BoundField]:
        """The hidden fields that say how many rows there are."""
        return [self[f"{one}-rows"] for one in HeirClass]

    def _row(self, heir_class: HeirClass, number: int) -> HeirRow:
        row = f"{heir_class}-{number}"
        name, relationship, percent = (self[f"{row}-{part}"] for part in ("name", "relationship", "percent"))
        return HeirRow(number + 1, name, relationship, percent, f"{REMOVE}-{heir_class}-{number}")

    def _relationship(self, name: str, chosen: str) -> str | None:
        """The relationship chosen; "other" leaves that of the records as it was, which may be none or a word of theirs."""
        if chosen != "other":
            return chosen or None
        held = [one.relationship for one in self.visit.standing.heirs or () if one.name == name]
        return held[0] if held and held[0] not in RELATIONSHIPS else "other"

    def _is_new(self, heir_class: HeirClass, number: int, data: Values | None) -> bool:
        """Whether a row was added just now, so that the page begins there."""
        was_added = bool(data) and data is not None and data.get(RESHAPE) == f"{ADD}-{heir_class}"
        return was_added and number == self.counts[heir_class] - 1


def _row_fields(row: str, *, is_new: bool, held: Decimal | None) -> dict[str, forms.Field]:
    attributes: dict[str, Any] = {"autocomplete": "off"} | ({"autofocus": True} if is_new else {})
    name = forms.CharField(
        label=gettext_lazy("Full name"),
        max_length=NAME_CHARACTERS_MAX,
        required=False,
        widget=forms.TextInput(attrs=attributes),
    )
    choices = [("", gettext_lazy("Choose one")), *RELATIONSHIPS.items()]
    relationship = forms.ChoiceField(label=gettext_lazy("Who is it?"), choices=choices, required=False)
    share = NumberBox(gettext("Share"), PERCENT, highest=SHARE_MAX, held=held)
    return {f"{row}-name": name, f"{row}-relationship": relationship, f"{row}-percent": share}


def row_count(value: object) -> int:
    """How many rows a form says it has, at most ROWS_READ_MAX."""
    text = str(value or 0)[:DIGITS_MAX]
    return min(int(text), ROWS_READ_MAX) if text.isascii() and text.isdecimal() else 0


def reshaped(data: Values) -> dict[str, Any]:
    """What was posted, with a row more or less: "add-primary", "remove-contingent-1"."""
    values = {name: data.get(name) for name in data}
    verb, _, rest = str(values.pop(RESHAPE)).partition("-")
    heir_class, _, number = rest.partition("-")
    if heir_class not in set(HeirClass):
        return values
    count = row_count(values.get(f"{heir_class}-rows"))
    if verb == ADD:
        values[f"{heir_class}-rows"] = str(max(count, min(count + 1, ROWS_MAX)))
    elif verb == REMOVE and number.isdecimal() and int(number) < count:
        for place in range(int(number), count):
            for part in ("name", "relationship", "percent"):
                values[f"{heir_class}-{place}-{part}"] = values.get(f"{heir_class}-{place + 1}-{part}", "")
        values[f"{heir_class}-rows"] = str(count - 1)
    return values


def heir_as_json(one: Heir) -> dict[str, Any]:
    """A beneficiary as JSON."""
    return {
        "class": str(one.heir_class),
        "name": one.name,
        "relationship": one.relationship,
        "percent": plain(one.percent),
    }
