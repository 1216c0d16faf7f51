"""Clones, edits, finalizes and removes risk questionnaires: the only writer of the table questionnaire."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from planbridge.activity.conflict import refuse_if_changed, version_of
from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans import default_questionnaire
from planbridge.plans.path_uses import plans_with_questionnaire
from planbridge.plans.plan import Plan
from planbridge.plans.questionnaire import NAME_CHARACTERS_MAX, Questionnaire, QuestionnaireStatus
from planbridge.plans.questionnaire_content import Questions, lacks_of_content, questions_as_json, score_range
from planbridge.plans.questionnaire_edits import (
    QuestionnaireRefused,
    moved_up,
    part_at,
    value_at,
    with_answer,
    with_question,
    with_value,
    without,
)
from planbridge.security.firm import Firm

FINAL = "This questionnaire is final and never changes. Clone it, then edit the clone."
NAME = "name"


def clone_questionnaire(firm: Firm, source: Questionnaire | None, *, actor: str) -> Questionnaire:
    """A draft with the questions of a questionnaire of the firm, or of the shipped one (None), under a free name."""
    questions = default_questionnaire.QUESTIONS if source is None else source.questions
    based_on_name = default_questionnaire.NAME if source is None else source.name
    low, high = score_range(questions)
    with transaction.atomic():
        Firm.objects.select_for_update().get(pk=firm.pk)  # so that two clones at once find two names
        made = Questionnaire.objects.create(
            firm=firm,
            name=_free_name(firm, "Risk questionnaire" if source is None else source.name),
            based_on=source,
            based_on_name=based_on_name,
            content=questions_as_json(questions),
            score_min=low,
            score_max=high,
            made_by=actor,
            made_at=timezone.now(),
        )
        _record(Verb.QUESTIONNAIRE_CLONED, made, actor, based_on=based_on_name)
    return made


def edit_questionnaire(questionnaire: Questionnaire, place: str, value: str, *, seen: str, actor: str) -> Questionnaire:
    """Set the name ("name"), a text or points of a draft (places of questionnaire_edits).

    `seen` is the token of the value that was shown. Raises ChangedMeanwhile, QuestionnaireRefused.
    """
    with named_once(value), transaction.atomic():
        locked = _locked_draft(questionnaire)
        before = locked.name if place == NAME else value_at(locked.questions, place)
        refuse_if_changed(seen, before)
        if place == NAME:
            locked.name = _name(value)
            after: str | int = locked.name
        else:
            questions = with_value(locked.questions, place, value)
            after = value_at(questions, place)
            _put(locked, questions)
        if after != before:
            locked.save()
            _record(Verb.QUESTIONNAIRE_CHANGED, locked, actor, field=place, before=before, after=after)
    return locked


def add_question(questionnaire: Questionnaire, *, actor: str) -> Questionnaire:
    """A question more at the end of a draft; raises QuestionnaireRefused."""
    return _changed(questionnaire, with_question, actor, added="question")


def add_answer(questionnaire: Questionnaire, question: str, *, actor: str) -> Questionnaire:
    """An answer more at a question of a draft; raises QuestionnaireRefused."""
    return _changed(questionnaire, lambda before: with_answer(before, question), actor, added=f"answer to {question}")


def move_question_up(questionnaire: Questionnaire, question: str, *, actor: str) -> Questionnaire:
    """A question of a draft a place further up; raises QuestionnaireRefused."""
    return _changed(questionnaire, lambda before: moved_up(before, question), actor, moved_up=question)


def remove_part(questionnaire: Questionnaire, place: str, *, seen: str, actor: str) -> Questionnaire:
    """A draft without a question or an answer; `seen` is the token of it as it was shown (seen_part).

    Raises ChangedMeanwhile, QuestionnaireRefused.
    """

    def removed(before: Questions) -> Questions:
        refuse_if_changed(seen, part_at(before, place))
        return without(before, place)

    return _changed(questionnaire, removed, actor, removed=place)


def finalize_questionnaire(questionnaire: Questionnaire, *, seen: str, actor: str) -> Questionnaire:
    """Make a draft final: nothing in it changes from then on. `seen` is the token (seen_as) of what was shown.

    Raises ChangedMeanwhile, and QuestionnaireRefused with everything that the draft lacks.
    """
    with transaction.atomic():
        locked = _locked_draft(questionnaire)
        refuse_if_changed(seen, *_facts(locked))
        lacks = list(lacks_of_content(locked.name, locked.questions))
        if lacks:
            raise QuestionnaireRefused(" ".join(one.sentence for one in lacks))
        locked.status, locked.finalized_by, locked.finalized_at = QuestionnaireStatus.FINAL, actor, timezone.now()
        locked.save()
        _record(
            Verb.QUESTIONNAIRE_FINALIZED, locked, actor, lowest_score=locked.score_min, highest_score=locked.score_max
        )
    return locked


def remove_questionnaire(questionnaire: Questionnaire, *, actor: str) -> None:
    """Remove a draft that no plan names and from which none was cloned; raises QuestionnaireRefused."""
    with transaction.atomic():
        locked = _locked_draft(questionnaire)
        clone = locked.clones.first()
        if clone is not None:
            message = f"{clone.name} was cloned from it; a questionnaire is removed only before that."
            raise QuestionnaireRefused(message)
        plan = plans_with_questionnaire(Plan.objects.filter(firm_id=locked.firm_id), locked).first()
        if plan is not None:
            message = f"{plan.name or plan.external_plan_id} names it. Choose another questionnaire there first."
            raise QuestionnaireRefused(message)
        _record(Verb.QUESTIONNAIRE_REMOVED, locked, actor)
        locked.delete()


def seen_as(questionnaire: Questionnaire) -> str:
    """The token of a whole questionnaire as it is."""
    return version_of(*_facts(questionnaire))


def seen_part(questions: Questions, place: str) -> str:
    """The token of a whole question or answer as it is."""
    return version_of(part_at(questions, place))


@contextmanager
def named_once(name: str) -> Iterator[None]:
    """Turns the database's refusal of a second questionnaire of one name into words."""
    try:
        yield
    except IntegrityError as error:
        message = f"A questionnaire named {name.strip()!r} is there already; choose another name."
        raise QuestionnaireRefused(message) from error


def _changed(
    questionnaire: Questionnaire,
    change: Callable[[Questions], Questions],
    actor: str,
    **detail: str,
) -> Questionnaire:
    """The draft after a change of its questions, recorded."""
    with transaction.atomic():
        locked = _locked_draft(questionnaire)
        _put(locked, change(locked.questions))
        locked.save()
        _record(Verb.QUESTIONNAIRE_CHANGED, locked, actor, **detail)
    return locked


def _locked_draft(questionnaire: Questionnaire) -> Questionnaire:
    """The questionnaire, read anew, with everybody else kept from changing it until the transaction ends."""
    locked = Questionnaire.objects.select_for_update().filter(pk=questionnaire.pk).first()
    if locked is None:
        message = "This questionnaire was removed meanwhile."
        raise QuestionnaireRefused(message)
    if locked.is_final:
        raise QuestionnaireRefused(FINAL)
    return locked


def _facts(questionnaire: Questionnaire) -> tuple[str, list[dict[str, Any]]]:  # Any: JSON values
    """All that an edit may change; the database gives the content's keys back in an order of its own."""
    return questionnaire.name, questions_as_json(questionnaire.questions)


def _put(questionnaire: Questionnaire, questions: Questions) -> None:
    questionnaire.content = questions_as_json(questions)
    questionnaire.score_min, questionnaire.score_max = score_range(questions)


def _name(value: str) -> str:
    name = " ".join(value.split())
    if not name or len(name) > NAME_CHARACTERS_MAX:
        message = f"A questionnaire needs a name of 1 to {NAME_CHARACTERS_MAX} characters."
        raise QuestionnaireRefused(message)
    return name


def _free_name(firm: Firm, name: str) -> str:
    """The name, or with the first number behind it that no questionnaire of the firm has: "Growth 2"."""
    taken = set(Questionnaire.objects.filter(firm=firm).values_list("name", flat=True))
    stem, _, number = name.rpartition(" ")
    stem = stem if stem and number.isdecimal() else name
    offered = (name, *(f"{stem[: NAME_CHARACTERS_MAX - 5]} {number}" for number in range(2, len(taken) + 3)))
    return next(one for one in offered if one not in taken)


def _record(verb: Verb, questionnaire: Questionnaire, actor: str, **detail: str | int) -> None:
    told = {"questionnaire_id": questionnaire.pk, "name": questionnaire.name, **detail}
    record_activity(Happening(verb, actor, firm_id=questionnaire.firm_id, detail=told))
