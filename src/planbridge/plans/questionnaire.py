"""Risk questionnaires of a firm: drafts that people edit, and final ones that never change again."""

from django.db import models

from planbridge.plans.questionnaire_content import Questions, questions_from_json
from planbridge.plans.questionnaire_facts import QuestionnaireFacts
from planbridge.security.firm import Firm

NAME_CHARACTERS_MAX = 100


class QuestionnaireStatus(models.TextChoices):
    """Whether a questionnaire may still change."""

    DRAFT = "draft", "Draft"
    FINAL = "final", "Final"


class Questionnaire(models.Model):
    """A firm's questionnaire; a trigger of the database keeps a final one as it is. Written by plans/questionnaires.

    `based_on` is the questionnaire that it was cloned from, None for the shipped one; `based_on_name` is its name.
    """

    firm = models.ForeignKey(Firm, models.RESTRICT)
    name = models.CharField(max_length=NAME_CHARACTERS_MAX)
    status = models.CharField(max_length=8, choices=QuestionnaireStatus, default=QuestionnaireStatus.DRAFT)
    based_on = models.ForeignKey("self", models.RESTRICT, null=True, related_name="clones")
    based_on_name = models.CharField(max_length=NAME_CHARACTERS_MAX)
    content = models.JSONField()  # as questions_as_json writes it
    score_min = models.PositiveIntegerField()
    score_max = models.PositiveIntegerField()
    made_by = models.CharField(max_length=254)
    made_at = models.DateTimeField()
    finalized_by = models.CharField(max_length=254, blank=True)
    finalized_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "questionnaire"
        constraints = (
            models.UniqueConstraint(fields=["firm", "name"], name="questionnaire_named_once"),
            models.CheckConstraint(
                name="questionnaire_final_when_finalized",
                condition=models.Q(status="final", finalized_at__isnull=False)
                | models.Q(status="draft", finalized_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def questions(self) -> Questions:
        """Its questions as values."""
        return questions_from_json(self.content)

    @property
    def is_final(self) -> bool:
        """Whether it never changes again, and so may be offered to participants."""
        return self.status == QuestionnaireStatus.FINAL


def facts_of(questionnaire_id: int | None) -> QuestionnaireFacts | None:
    """What the checks of a plan's paths need of a questionnaire; None for none, or one that is not there."""
    if questionnaire_id is None:
        return None
    one = Questionnaire.objects.defer("content").filter(pk=questionnaire_id).first()
    if one is None:
        return None
    return QuestionnaireFacts(one.pk, one.name, is_final=one.is_final, score_min=one.score_min, score_max=one.score_max)
