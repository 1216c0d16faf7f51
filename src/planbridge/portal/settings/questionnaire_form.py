"""A questionnaire's fields as the editor shows them: its name, texts and points, each saved by itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django import forms

from planbridge.activity.conflict import version_of
from planbridge.plans.questionnaire import NAME_CHARACTERS_MAX, Questionnaire
from planbridge.plans.questionnaire_content import POINTS_MAX, Question
from planbridge.plans.questionnaire_edits import TEXT_CHARACTERS_MAX
from planbridge.plans.questionnaires import seen_part

LONGEST = {"maxlength": TEXT_CHARACTERS_MAX}


class QuestionnaireForm(forms.Form):
    """A field for each place of a questionnaire; what is typed is judged where it is saved."""

    use_required_attribute = False  # a draft may lack texts; a browser would keep an emptied one from being saved

    def __init__(
        self, questionnaire: Questionnaire, *, focus: str = "", typed: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self.values = dict(values_of(questionnaire)) | dict(typed or {})
        self.add("name", forms.TextInput(attrs={"maxlength": NAME_CHARACTERS_MAX}), "Name")
        for number, one in enumerate(questionnaire.questions, start=1):
            self.add(one.question, forms.Textarea(attrs={"rows": 2, **LONGEST}), f"Text of question {number}")
            for place, answer in enumerate(one.answers, start=1):
                key = f"{one.question}-{answer.answer}"
                self.add(key, forms.TextInput(attrs=LONGEST), f"Answer {place}")
                # No number box: a browser keeps what is beyond its ends from being sent, and says nothing.
                points = forms.TextInput(attrs={"inputmode": "numeric", "maxlength": len(str(POINTS_MAX))})
                self.add(f"{key}-points", points, f"Points of answer {place}")
        if focus in self.fields:
            self.fields[focus].widget.attrs["data-takes-focus"] = True

    def add(self, place: str, widget: forms.Widget, label: str) -> None:
        """A field of what stands at a place."""
        self.fields[place] = forms.CharField(label=label, widget=widget, initial=self.values[place])


@dataclass(frozen=True)
class ShownAnswer:
    """An answer in the editor: its text and points with their tokens, and the token of the whole."""

    place: str
    number: int
    text: forms.BoundField
    text_version: str
    points: forms.BoundField
    points_version: str
    seen: str

    @property
    def remove_words(self) -> str:
        """What its button says."""
        return f"Remove answer {self.number}"


@dataclass(frozen=True)
class ShownQuestion:
    """A question in the editor."""

    place: str
    number: int
    text: forms.BoundField
    text_version: str
    seen: str
    answers: tuple[ShownAnswer, ...]


def shown_questions(questionnaire: Questionnaire, form: QuestionnaireForm) -> list[ShownQuestion]:
    """The questions with their fields, in order."""
    return [
        ShownQuestion(
            one.question,
            number,
            form[one.question],
            version_of(one.text),
            seen_part(questionnaire.questions, one.question),
            tuple(_answers(questionnaire, one, form)),
        )
        for number, one in enumerate(questionnaire.questions, start=1)
    ]


def values_of(questionnaire: Questionnaire) -> Iterator[tuple[str, str | int]]:
    """Each place with what stands there."""
    yield "name", questionnaire.name
    for one in questionnaire.questions:
        yield one.question, one.text
        for answer in one.answers:
            yield f"{one.question}-{answer.answer}", answer.text
            yield f"{one.question}-{answer.answer}-points", answer.points


def _answers(questionnaire: Questionnaire, question: Question, form: QuestionnaireForm) -> Iterator[ShownAnswer]:
    for number, one in enumerate(question.answers, start=1):
        place = f"{question.question}-{one.answer}"
        yield ShownAnswer(
            place,
            number,
            form[place],
            version_of(one.text),
            form[f"{place}-points"],
            version_of(one.points),
            seen_part(questionnaire.questions, place),
        )
