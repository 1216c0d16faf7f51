"""The forms in which a plan's fields are edited: what a field holds becomes boxes, and the boxes its value again."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from planbridge.portal.plans.field_words import FieldWords, Kind, code_text

# Any below is a JSON value of a plan document.
STEP = re.compile(r"\s*(\d{1,2})\s*:\s*(\d{1,3}(?:\.\d+)?)\s*%?\s*", re.ASCII)
TIER_BOXES_MIN = 3
CODES = {
    "type": ("401k", "403b", "457b"),
    "provisions.eligibility.entry": ("immediate", "monthly", "quarterly", "semiannual", "annual"),
    "provisions.deferral.change_frequency": ("anytime", "payroll", "monthly", "quarterly", "semiannual", "annual"),
    "provisions.match.safe_harbor": ("basic", "enhanced", "nonelective", "qaca"),
}
FLAGS = {Kind.PERMITTED: ("Permitted", "Not permitted"), Kind.REQUIRED: ("Required", "Not required")}
PERCENT_MAX, AGE_MAX, COUNT_MAX = 100, 100, 999


class FieldForm(forms.Form):
    """The boxes of one field, made of its words and value; `json_value` reads them back."""

    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=500,
        help_text="Why our value is not the recordkeeper's. It is shown beside the value.",
    )

    def __init__(self, words: FieldWords, value: Any, data: QueryDict | None = None, reason: str = "") -> None:  # noqa: ANN401 - any JSON value
        initial, boxes = BOXES[words.kind](words, value)
        super().__init__(data, initial={**initial, "reason": reason}, auto_id=f"{slug_of(words.field)}-%s")
        self.words = words
        self.fields = {**boxes, "reason": self.fields["reason"]}
        next(iter(boxes.values())).widget.attrs["data-takes-focus"] = ""

    def json_value(self) -> Any:  # noqa: ANN401 - any JSON value
        """What the boxes say; None where they say nothing."""
        return READERS.get(self.words.kind, plain_value)(self.cleaned_data)

    def said_wrong(self) -> str:
        """What is to be mended, each box by its name."""
        wrong = ((bound.label, " ".join(map(str, bound.errors))) for bound in self if bound.errors)
        return " ".join([f"{label}: {text}" for label, text in wrong] + [str(one) for one in self.non_field_errors()])


def slug_of(field: str) -> str:
    """A field's name as the id of an element."""
    return "field-" + re.sub(r"[^a-z0-9]", lambda found: f"-{ord(found.group())}", field, flags=re.ASCII)


Boxes = tuple[dict[str, Any], dict[str, forms.Field]]


def text_boxes(words: FieldWords, value: str | None) -> Boxes:
    """One box of text."""
    box = forms.CharField(
        label=words.label, required=words.field == "name", max_length=words.characters_max, help_text=words.help
    )
    return {"value": value or ""}, {"value": box}


def code_boxes(words: FieldWords, value: str | None) -> Boxes:
    """A choice of the usual words, with the one that stands now."""
    codes = dict.fromkeys([*CODES[words.field], *([value] if value else [])])
    choices = [("", "Not stated"), *((code, code_text(code)) for code in codes)]
    return {"value": value or ""}, {"value": forms.ChoiceField(label=words.label, required=False, choices=choices)}


def number_boxes(words: FieldWords, value: object) -> Boxes:
    """A number; percents and ages (20.5) may have decimals."""
    highest = {Kind.PERCENT: PERCENT_MAX, Kind.AGE: AGE_MAX}.get(words.kind, COUNT_MAX)
    kind = forms.DecimalField if words.kind in {Kind.PERCENT, Kind.AGE} else forms.IntegerField
    box = kind(label=words.label, required=False, min_value=0, max_value=highest, help_text=words.help)
    if isinstance(box, forms.DecimalField):
        box.widget.attrs["step"] = "any"
    return {"value": value}, {"value": box}


def flag_boxes(words: FieldWords, value: bool | None) -> Boxes:  # noqa: FBT001 - the field's value
    """A choice of yes and no, and of nothing said."""
    yes, no = FLAGS[words.kind]
    box = forms.ChoiceField(label=words.label, required=False, choices=[("", "Not stated"), ("yes", yes), ("no", no)])
    return {"value": "" if value is None else "yes" if value else "no"}, {"value": box}


def tier_boxes(_: FieldWords, value: list[Mapping[str, str]] | None) -> Boxes:
    """Two boxes a tier, and one tier more than there are."""
    tiers, initial, boxes = value or [], {}, {}
    for number in range(max(TIER_BOXES_MIN, len(tiers) + 1)):
        one = tiers[number] if number < len(tiers) else {}
        which = "First" if number == 0 else "Next"
        for name, label in (
            ("contribution_percent", f"{which} percent of pay"),
            ("match_percent", "Matched at percent"),
        ):
            initial[f"{name}_{number}"] = one.get(name)
            box = forms.DecimalField(label=f"{number + 1}. {label}", required=False, min_value=0, max_value=1000)
            box.widget.attrs["step"] = "any"
            boxes[f"{name}_{number}"] = box
    return dict(initial), dict(boxes)


def vesting_boxes(_: FieldWords, value: list[Mapping[str, Any]] | None) -> Boxes:
    """A box of text a group: "1: 20, 2: 40"."""
    initial: dict[str, Any] = {}
    boxes: dict[str, forms.Field] = {}
    for group in value or [{"group": "employer", "schedule": []}]:
        name = f"schedule_{group.get('group', '')}"
        initial[name] = ", ".join(f"{years}: {percent}" for years, percent in group.get("schedule", []))
        boxes[name] = forms.CharField(
            label=code_text(group.get("group", "")) or "All sources",
            required=False,
            max_length=400,
            validators=[check_steps],
            help_text="Years of service and percent vested, such as 1: 20, 2: 40, 5: 100.",
        )
    return initial, boxes


def contact_boxes(_: FieldWords, value: list[Mapping[str, str]] | None) -> Boxes:
    """Three boxes a contact of the role."""
    initial: dict[str, Any] = {}
    boxes: dict[str, forms.Field] = {}
    contacts = value or [{}]
    for number, one in enumerate(contacts):
        which = f" {number + 1}" if len(contacts) > 1 else ""
        for name, label, length in (("name", "Name", 200), ("email", "E-mail", 320), ("phone", "Phone", 40)):
            initial[f"{name}_{number}"] = one.get(name, "")
            boxes[f"{name}_{number}"] = forms.CharField(label=f"{label}{which}", required=False, max_length=length)
    return initial, boxes


def check_steps(text: str) -> None:
    """Raises ValidationError for what is no list of years and percents."""
    if not all(STEP.fullmatch(step) for step in text.split(",")):
        message = "Write years and percents as 1: 20, 2: 40."
        raise forms.ValidationError(message)


def plain_value(said: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    """The value of a single box."""
    value = said["value"]
    return None if value in ("", None) else str(value)


def flag_value(said: Mapping[str, Any]) -> bool | None:
    """True, false or not stated."""
    return {"yes": True, "no": False}.get(said["value"])


def tiers_value(said: Mapping[str, Any]) -> list[dict[str, str]] | None:
    """The tiers of which anything is filled in."""
    names = ("contribution_percent", "match_percent")
    count = sum(name.startswith(names[0]) for name in said)
    rows = [{name: said[f"{name}_{number}"] for name in names} for number in range(count)]
    tiers = [
        {name: "" if percent is None else str(percent) for name, percent in row.items()}
        for row in rows
        if any(percent is not None for percent in row.values())
    ]
    return tiers or None


def vesting_value(said: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The groups that have a schedule."""
    groups = [
        {"group": name.removeprefix("schedule_"), "schedule": [steps_of(step) for step in text.split(",")]}
        for name, text in said.items()
        if name.startswith("schedule_") and text.strip()
    ]
    return groups or None


def steps_of(text: str) -> list[Any]:
    """'1: 20' as years and percent."""
    years, _, percent = text.replace("%", "").partition(":")
    return [int(years), percent.strip()]


def contacts_value(said: Mapping[str, Any]) -> list[dict[str, str]]:
    """The contacts of whom anything is known."""
    names = ("name", "email", "phone")
    count = sum(name.startswith("name_") for name in said)
    rows = [{name: said[f"{name}_{number}"].strip() for name in names} for number in range(count)]
    return [row for row in rows if any(row.values())]


BOXES: dict[Kind, Callable[[FieldWords, Any], Boxes]] = {
    Kind.TEXT: text_boxes,
    Kind.YEAR_END: text_boxes,
    Kind.CODE: code_boxes,
    Kind.PERCENT: number_boxes,
    Kind.AGE: number_boxes,
    Kind.MONTHS: number_boxes,
    Kind.COUNT: number_boxes,
    Kind.PERMITTED: flag_boxes,
    Kind.REQUIRED: flag_boxes,
    Kind.TIERS: tier_boxes,
    Kind.VESTING: vesting_boxes,
    Kind.CONTACTS: contact_boxes,
}
READERS: dict[Kind, Callable[[Mapping[str, Any]], Any]] = {
    Kind.PERMITTED: flag_value,
    Kind.REQUIRED: flag_value,
    Kind.TIERS: tiers_value,
    Kind.VESTING: vesting_value,
    Kind.CONTACTS: contacts_value,
}
