"""The rules of the investment paths: what keeps a plan from offering them, each finding with its code."""

from collections.abc import Iterator
from decimal import Decimal

from planbridge.plans.document_values import number_text
from planbridge.plans.investment_paths import InvestmentPaths, PathKind, Portfolio, Provider, ScoreRange
from planbridge.plans.lineup_checks import Finding
from planbridge.plans.questionnaire_facts import QuestionnaireFacts
from planbridge.plans.terms import FundStatus, Lineup

ALL_OF_MONEY = 100
CODES = frozenset(
    {
        "PATH_NONE_ENABLED",
        "PATH_FUND_NOT_IN_LINEUP",
        "PORTFOLIO_NOT_100",
        "QUESTIONNAIRE_NOT_FINAL",
        "SCORE_GAP",
        "SCORE_OVERLAP",
        "SCORE_OUT_OF_RANGE",
        "PROVIDER_INCOMPLETE",
    }
)

Coded = tuple[str, Finding]


def path_findings(
    paths: InvestmentPaths, lineup: Lineup, *, questionnaire: QuestionnaireFacts | None
) -> Iterator[Coded]:
    """What breaks the rules of the paths, as (code, finding); `questionnaire` is the one that the paths name.

    A path that is off, or that the experience does not show, is not checked. `Finding.field` is the place to mend:
    "paths", "portfolios.<key>", "questionnaire", "score_ranges", "provider" or "lineup.default_investment".
    """
    offered = paths.offered
    if not offered:
        yield "PATH_NONE_ENABLED", Finding("paths", detail=_none_offered(paths))
    if PathKind.DEFAULT_INVESTMENT in offered:
        yield from _default_findings(lineup)
    if PathKind.HELP_ME_CHOOSE in offered:
        yield from _portfolio_findings(paths, lineup)
        yield from _questionnaire_findings(paths, questionnaire)
    if PathKind.MANAGE_IT_FOR_ME in offered:
        yield from _provider_findings(paths.provider)


def lacks_of_provider(provider: Provider) -> list[str]:
    """What a managed-account provider still needs before a plan can offer it, in words; empty: it is complete."""
    needed = {
        "name": provider.name.strip(),
        "methodology": provider.methodology.strip(),
        "fee": provider.fee_percent is not None,
        "disclosure": provider.disclosure.strip(),
    }
    return [word for word, is_there in needed.items() if not is_there]


def score_findings(
    ranges: tuple[ScoreRange, ...], portfolios: tuple[Portfolio, ...], questionnaire: QuestionnaireFacts
) -> Iterator[Coded]:
    """What keeps each score of a questionnaire from leading to exactly one portfolio."""
    keys = {one.portfolio for one in portfolios}
    for one in ranges:
        if one.portfolio not in keys:
            yield _score("SCORE_GAP", one, "The range leads to no portfolio of the plan.")
        if one.score_from > one.score_to:
            yield _score("SCORE_GAP", one, "The range ends before it begins.")
        elif one.score_from < questionnaire.score_min or one.score_to > questionnaire.score_max:
            possible = range_text(questionnaire.score_min, questionnaire.score_max)
            yield _score("SCORE_OUT_OF_RANGE", one, f"The questionnaire gives scores of {possible}.")
    ordered = sorted((one for one in ranges if one.score_from <= one.score_to), key=_ends)
    yield from _overlaps(ordered)
    yield from _gaps(ordered, questionnaire)


def range_text(score_from: int, score_to: int) -> str:
    """Scores from one to another, both included, in words."""
    return str(score_from) if score_from == score_to else f"{score_from} to {score_to}"


def _none_offered(paths: InvestmentPaths) -> str | None:
    """Why participants see no path although some is on; None when all are off."""
    return "None of the paths that are on belongs to the experience chosen." if paths.enabled else None


def _default_findings(lineup: Lineup) -> Iterator[Coded]:
    """Default Investment without a fund, or with one that takes no money; the lineup's own rules judge the rest."""
    if not lineup.default_investment:
        detail = "Default Investment needs a default fund, and the lineup names none."
        yield "PATH_FUND_NOT_IN_LINEUP", Finding("paths", detail=detail)
    frozen = {one.fund for one in lineup.funds if one.status == FundStatus.FROZEN}
    for code in dict.fromkeys(one.fund for one in lineup.default_investment):
        if code in frozen:
            finding = Finding("lineup.default_investment", code, "The fund is frozen and takes no new money.")
            yield "PATH_FUND_NOT_IN_LINEUP", finding


def _portfolio_findings(paths: InvestmentPaths, lineup: Lineup) -> Iterator[Coded]:
    """Portfolios, used or not, with a fund that takes no money or with parts that are not 100 % in all."""
    statuses = {one.fund: one.status for one in lineup.funds}
    for one in paths.portfolios:
        place = f"portfolios.{one.portfolio}"
        for code in dict.fromkeys(part.fund for part in one.funds):
            if statuses.get(code) != FundStatus.OPEN:
                status = statuses.get(code, "")
                detail = f"The fund is {status} and takes no new money." if status else "The lineup has no such fund."
                yield "PATH_FUND_NOT_IN_LINEUP", Finding(place, code, detail)
        total = sum((part.percent for part in one.funds), Decimal())
        if total != ALL_OF_MONEY:
            text = f"{number_text(total)} %" if one.funds else "no fund"
            yield "PORTFOLIO_NOT_100", Finding(place, text, f"The portfolio is named {one.name or one.portfolio}.")
        for part in one.funds:
            if part.percent <= 0:
                text = f"{number_text(part.percent)} %"
                yield "PORTFOLIO_NOT_100", Finding(place, text, f"The part of {part.fund} must be above 0 %.")


def _questionnaire_findings(paths: InvestmentPaths, questionnaire: QuestionnaireFacts | None) -> Iterator[Coded]:
    """Help Me Choose without a final questionnaire, and scores that lead to no portfolio or to several."""
    if questionnaire is None:
        yield "QUESTIONNAIRE_NOT_FINAL", Finding("questionnaire", detail="No questionnaire is chosen.")
        return
    if not questionnaire.is_final:
        detail = "It is still a draft, and its questions may change."
        yield "QUESTIONNAIRE_NOT_FINAL", Finding("questionnaire", questionnaire.name, detail)
    yield from score_findings(paths.score_ranges, paths.portfolios, questionnaire)


def _provider_findings(provider: Provider | None) -> Iterator[Coded]:
    """Manage It For Me without a provider, or with one that is not complete."""
    if provider is None:
        yield "PROVIDER_INCOMPLETE", Finding("provider", detail="No provider is chosen.")
        return
    lacks = lacks_of_provider(provider)
    if lacks:
        yield "PROVIDER_INCOMPLETE", Finding("provider", provider.name or None, f"Missing: {', '.join(lacks)}.")


def _overlaps(ordered: list[ScoreRange]) -> Iterator[Coded]:
    """Ranges with a score that an earlier one has too; `ordered` by their ends."""
    for number, later in enumerate(ordered):
        reaching = max(ordered[:number], key=lambda one: one.score_to, default=None)
        if reaching is not None and reaching.score_to >= later.score_from:
            shared = range_text(later.score_from, min(reaching.score_to, later.score_to))
            yield _score("SCORE_OVERLAP", later, f"Another range has {shared} too.")


def _gaps(ordered: list[ScoreRange], questionnaire: QuestionnaireFacts) -> Iterator[Coded]:
    """Scores of the questionnaire in no range; `ordered` by their ends."""
    reached = questionnaire.score_min - 1
    for one in ordered:
        last = min(one.score_from - 1, questionnaire.score_max)
        if last > reached:
            yield _gap(reached + 1, last)
        reached = max(reached, one.score_to)
    if reached < questionnaire.score_max:
        yield _gap(reached + 1, questionnaire.score_max)


def _gap(first: int, last: int) -> Coded:
    detail = "No range leads these scores to a portfolio."
    return "SCORE_GAP", Finding("score_ranges", range_text(first, last), detail)


def _score(code: str, one: ScoreRange, detail: str) -> Coded:
    return code, Finding("score_ranges", range_text(one.score_from, one.score_to), detail)


def _ends(one: ScoreRange) -> tuple[int, int]:
    return one.score_from, one.score_to
