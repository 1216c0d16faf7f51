"""The form of a step: one question, its answer as JSON, and what the answer would come to."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext

from planbridge.enrollment.kept_visit import Answer
from planbridge.enrollment.objection import Objection
from planbridge.enrollment.visit import Visit


class StepForm(forms.Form):
    """A step's form; a step without a question uses it as it is.

    A subclass adds fields, fills `initial_of` from the answer given before or from what is held, checks in `clean`,
    and says what its answer comes to.
    """

    use_required_attribute = False
    slug = ""

    def __init__(self, visit: Visit, data: Mapping[str, Any] | None = None) -> None:  # Any: a form's values
        self.visit = visit
        super().__init__(data)
        self.initial = self.initial_of(visit.answers.get(self.slug))

    def initial_of(self, answer: Answer | None) -> dict[str, Any]:  # Any: values of fields
        """What the fields show at first: the answer given before, or (None) what is held."""
        return dict(answer or {})

    def answer(self) -> Answer:
        """The answer of a valid form, as JSON: exact numbers as text."""
        return dict(self.cleaned_data)

    def said(self) -> dict[str, Any]:  # Any: values for a template
        """What the answer comes to, for the step's effect partial; also of a form that is not complete or not valid."""
        return {}

    def is_redrawn(self) -> bool:
        """Whether what was sent asks for the page once more, with another row for example, and is no answer yet."""
        return False

    def object_to(self, objection: Objection, field: str | None = None) -> None:
        """Set an objection at a field (None: at the whole), in the language of the page."""
        self.add_error(field, sentence_of(objection))


def sentence_of(objection: Objection) -> str:
    """An objection in the language of the page."""
    return gettext(objection.sentence) % objection.values
