"""What would keep a draft's investment paths from being activated, by the section of the tab where it is mended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planbridge.activity.problem import Problem
from planbridge.activity.problem_catalogue import CATALOGUE
from planbridge.plans.activation import RULES
from planbridge.plans.content import Content
from planbridge.plans.edit import MAPPINGS, PORTFOLIOS, PROVIDER, QUESTIONNAIRE, SCORE_RANGES
from planbridge.plans.investment_paths import ExperienceType, PathKind
from planbridge.plans.path_checks import Coded, path_findings
from planbridge.plans.questionnaire import Questionnaire
from planbridge.plans.questionnaire_facts import QuestionnaireFacts

TOP, DEFAULT, HELP, MANAGE, FUNDS_SECTION, MAPPED = "paths", "default", "help", "manage", "funds", "mappings"
SECTIONS = (TOP, DEFAULT, HELP, MANAGE, FUNDS_SECTION, MAPPED)


@dataclass(frozen=True)
class Check:
    """Something to mend: the sentence, how, and whether it stops the activation as the paths are switched now."""

    section: str
    message: str
    fix: str
    code: str
    stops: bool


def checks_of(content: Content, questionnaire: QuestionnaireFacts | None) -> list[Check]:
    """Every finding of the tab; of a path that is off, what is to be mended before it is switched on."""
    rules = [(code, finding) for code, find in RULES for finding in find(content.lineup)]
    stopping = rules + list(path_findings(content.paths, content.lineup, questionnaire=questionnaire))
    all_on = replace(content.paths, enabled=frozenset(PathKind), experience=ExperienceType.STANDARD)
    others = path_findings(all_on, content.lineup, questionnaire=questionnaire)
    begun = [one for one in others if one not in stopping and _is_begun(content, one[1].field or "")]
    return [_check(one, stops=True) for one in stopping] + [_check(one, stops=False) for one in begun]


def facts_among(questionnaires: Sequence[Questionnaire], questionnaire_id: int | None) -> QuestionnaireFacts | None:
    """What the checks need of the questionnaire that the draft names, out of those that were read."""
    one = next((found for found in questionnaires if found.pk == questionnaire_id), None)
    if one is None:
        return None
    return QuestionnaireFacts(one.pk, one.name, is_final=one.is_final, score_min=one.score_min, score_max=one.score_max)


def _is_begun(content: Content, field: str) -> bool:
    """Whether anything is there to be mended: a path that is off and empty needs no telling."""
    if field.startswith((PORTFOLIOS, SCORE_RANGES, QUESTIONNAIRE)):
        return bool(content.paths.portfolios) or content.paths.questionnaire_id is not None
    return field != PROVIDER or content.paths.provider is not None


def _check(coded: Coded, *, stops: bool) -> Check:
    code, finding = coded
    problem = Problem(code, value=finding.value, field=finding.field, detail=finding.detail)
    return Check(_section_of(code, finding.field or ""), problem.message, CATALOGUE[code].fix, code, stops)


def _section_of(code: str, field: str) -> str:
    """The section of the tab in which a finding's place stands."""
    if field.startswith("lineup.default_investment") or (field == TOP and code == "PATH_FUND_NOT_IN_LINEUP"):
        return DEFAULT
    if field.startswith("lineup."):
        return FUNDS_SECTION
    if field.startswith(MAPPINGS):
        return MAPPED
    if field.startswith(PORTFOLIOS) or field in {QUESTIONNAIRE, SCORE_RANGES}:
        return HELP
    return MANAGE if field == PROVIDER else TOP
