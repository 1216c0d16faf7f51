"""What the rules of the investment paths find: paths, portfolios, scores and the provider."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planbridge.activity.problem_catalogue import CATALOGUE
from planbridge.plans.investment_paths import (
    ExperienceType,
    InvestmentPaths,
    PathKind,
    Portfolio,
    PortfolioFund,
    Provider,
    ScoreRange,
    first_paths,
)
from planbridge.plans.path_checks import CODES, path_findings, score_findings
from planbridge.plans.questionnaire_facts import QuestionnaireFacts
from planbridge.plans.terms import DefaultFund, Fund, Lineup

LINEUP = Lineup(
    funds=(
        Fund("BOND", status="open"),
        Fund("STOCK", status="open"),
        Fund("ICE", status="frozen"),
        Fund("GONE", status="closed", mapped_to="STOCK"),
    ),
    default_investment=(DefaultFund("BOND"),),
)
CALM = Portfolio("calm", "Calm", funds=(PortfolioFund("BOND", Decimal(70)), PortfolioFund("STOCK", Decimal(30))))
BOLD = Portfolio("bold", "Bold", funds=(PortfolioFund("STOCK", Decimal(100)),))
FACTS = QuestionnaireFacts(7, "Seven questions", is_final=True, score_min=0, score_max=10)
PROVIDER = Provider(1, "Steady Hand Advice", "Glide path", Decimal("0.35"), "", "Advice has limits.")
WHOLE = InvestmentPaths(
    enabled=frozenset(PathKind),
    portfolios=(CALM, BOLD),
    questionnaire_id=7,
    score_ranges=(ScoreRange(0, 5, "calm"), ScoreRange(6, 10, "bold")),
    provider=PROVIDER,
)


def found(
    paths: InvestmentPaths, lineup: Lineup = LINEUP, questionnaire: QuestionnaireFacts | None = FACTS
) -> list[tuple[str, str | None, str | None]]:
    """Code, place and value of each finding."""
    return [(code, one.field, one.value) for code, one in path_findings(paths, lineup, questionnaire=questionnaire)]


def changed(**values: Any) -> InvestmentPaths:  # Any: the values of a dataclass's fields
    """The whole paths with some values changed."""
    return replace(WHOLE, **values)


def test_whole_paths_have_no_findings() -> None:
    """IP-3: all four paths on, each complete, is what a plan may offer."""
    assert found(WHOLE) == []


@pytest.mark.parametrize("has_default", [True, False])
def test_what_a_new_plan_starts_with_may_be_offered(has_default: bool) -> None:
    """IP-1: Choose Myself alone, or with the recordkeeper's Default Investment, needs nothing more."""
    assert found(first_paths(has_default_investment=has_default)) == []


@pytest.mark.parametrize(
    "paths",
    [
        changed(enabled=frozenset()),
        changed(enabled=frozenset({PathKind.HELP_ME_CHOOSE}), experience=ExperienceType.MANAGED_ACCOUNT_RECOMMENDATION),
    ],
    ids=["all off", "none of the experience"],
)
def test_at_least_one_path_is_offered(paths: InvestmentPaths) -> None:
    """IP-1, IP-2: no path on, or only paths that the experience does not show, is one finding."""
    assert found(paths) == [("PATH_NONE_ENABLED", "paths", None)]


def test_paths_not_offered_are_not_checked() -> None:
    """IP-2: what is missing in a path that is off, or that the experience leaves out, keeps nobody waiting."""
    broken = changed(portfolios=(), score_ranges=(), questionnaire_id=None, provider=None)
    only_own = replace(broken, enabled=frozenset({PathKind.CHOOSE_MYSELF}))
    assert found(only_own, Lineup(), questionnaire=None) == []
    recommended = replace(broken, experience=ExperienceType.MANAGED_ACCOUNT_RECOMMENDATION)
    assert found(recommended, Lineup(), questionnaire=None) == [("PROVIDER_INCOMPLETE", "provider", None)]


def test_default_investment_needs_a_fund_that_takes_money() -> None:
    """IP-1: Default Investment without a default fund, or with a frozen one, is found."""
    code = "PATH_FUND_NOT_IN_LINEUP"
    assert found(WHOLE, replace(LINEUP, default_investment=())) == [(code, "paths", None)]
    frozen = replace(LINEUP, default_investment=(DefaultFund("ICE"),))
    assert found(WHOLE, frozen) == [(code, "lineup.default_investment", "ICE")]


@pytest.mark.parametrize("fund", ["NOWHERE", "ICE", "GONE"])
def test_a_portfolio_holds_open_funds_of_the_lineup(fund: str) -> None:
    """IP-3: a portfolio's fund that the lineup lacks, froze or closed is found once, also in an unused portfolio."""
    spare = Portfolio("spare", "Spare", funds=(PortfolioFund(fund, Decimal(40)), PortfolioFund(fund, Decimal(60))))
    assert found(changed(portfolios=(CALM, BOLD, spare))) == [("PATH_FUND_NOT_IN_LINEUP", "portfolios.spare", fund)]


@pytest.mark.parametrize(
    ("percents", "values"),
    [
        (["33.3", "33.3", "33.3"], ["99.9 %"]),
        (["33.34", "33.33", "33.33"], []),
        (["50", "50.0001"], ["100.0001 %"]),
        (["150", "-50"], ["-50 %"]),
        (["100", "0"], ["0 %"]),
        ([], ["no fund"]),
    ],
)
def test_a_portfolio_totals_exactly_all(percents: list[str], values: list[str]) -> None:
    """IP-3: a portfolio's percents are each above 0 and exactly 100 in all, in decimals."""
    spare = Portfolio("spare", "Spare", funds=tuple(PortfolioFund("BOND", Decimal(one)) for one in percents))
    expected = [("PORTFOLIO_NOT_100", "portfolios.spare", value) for value in values]
    assert found(changed(portfolios=(CALM, BOLD, spare))) == expected


@pytest.mark.parametrize(
    ("questionnaire", "value"), [(None, None), (replace(FACTS, is_final=False), "Seven questions")]
)
def test_help_me_choose_needs_a_final_questionnaire(questionnaire: QuestionnaireFacts | None, value: str) -> None:
    """IP-4: no questionnaire, or one that is still a draft, keeps Help Me Choose from being offered."""
    assert found(WHOLE, questionnaire=questionnaire) == [("QUESTIONNAIRE_NOT_FINAL", "questionnaire", value)]


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([(0, 4, "calm"), (6, 10, "bold")], [("SCORE_GAP", "5")]),
        ([(1, 5, "calm"), (6, 8, "bold")], [("SCORE_GAP", "0"), ("SCORE_GAP", "9 to 10")]),
        ([(6, 10, "bold"), (0, 6, "calm")], [("SCORE_OVERLAP", "6 to 10")]),
        ([(0, 10, "calm"), (2, 3, "bold"), (5, 6, "bold")], [("SCORE_OVERLAP", "2 to 3"), ("SCORE_OVERLAP", "5 to 6")]),
        ([(0, 10, "nobody's")], [("SCORE_GAP", "0 to 10")]),
        ([(0, 5, "calm"), (10, 6, "bold")], [("SCORE_GAP", "10 to 6"), ("SCORE_GAP", "6 to 10")]),
        ([(0, 5, "calm"), (6, 12, "bold")], [("SCORE_OUT_OF_RANGE", "6 to 12")]),
        ([(-1, 10, "calm")], [("SCORE_OUT_OF_RANGE", "-1 to 10")]),
        ([], [("SCORE_GAP", "0 to 10")]),
    ],
)
def test_scores_lead_to_one_portfolio(ranges: list[tuple[int, int, str]], expected: list[tuple[str, str]]) -> None:
    """IP-3: the ranges cover the questionnaire's scores from lowest to highest, each once, and no others."""
    findings = found(changed(score_ranges=tuple(ScoreRange(*one) for one in ranges)))
    assert findings == [(code, "score_ranges", value) for code, value in expected]


SCORES = st.integers(min_value=-2, max_value=14)
RANGES = st.lists(st.builds(ScoreRange, SCORES, SCORES, st.sampled_from(["calm", "bold", "none"])), max_size=5)


@st.composite
def covering_ranges(draw: st.DrawFn) -> list[ScoreRange]:
    """Ranges that cover 0 to 10 by cuts at random places, in any order."""
    cuts = [-1, *sorted(draw(st.sets(st.integers(0, 9), max_size=4))), 10]
    parts = [ScoreRange(low + 1, high, "calm") for low, high in pairwise(cuts)]
    return draw(st.permutations(parts))


@given(st.one_of(RANGES, covering_ranges()))
def test_ranges_cover_when_each_score_has_exactly_one(ranges: list[ScoreRange]) -> None:
    """IP-3: there is no finding exactly when each score is in one range with a portfolio, and no range holds another."""
    held = list(scores_of(ranges))
    covers = (
        sorted(held) == list(range(FACTS.score_min, FACTS.score_max + 1))
        and all(one.portfolio != "none" for one in ranges)
        and all(one.score_from <= one.score_to for one in ranges)
    )
    assert (list(score_findings(tuple(ranges), (CALM, BOLD), FACTS)) == []) == covers


def scores_of(ranges: list[ScoreRange]) -> Iterator[int]:
    """Every score of every range."""
    for one in ranges:
        yield from range(one.score_from, one.score_to + 1)


def test_manage_it_for_me_needs_a_whole_provider() -> None:
    """IP-1: a provider without methodology, fee or disclosure is found, with what is missing; a fee of 0 is known."""
    bare = Provider(1, "Steady Hand Advice", methodology="  ")
    [(code, one)] = path_findings(changed(provider=bare), LINEUP, questionnaire=FACTS)
    assert (code, one.field, one.value) == ("PROVIDER_INCOMPLETE", "provider", "Steady Hand Advice")
    assert one.detail == "Missing: methodology, fee, disclosure."
    assert found(changed(provider=replace(PROVIDER, fee_percent=Decimal(0)))) == []
    assert found(changed(provider=None)) == [("PROVIDER_INCOMPLETE", "provider", None)]


def test_every_code_is_an_error_of_activation() -> None:
    """PR-1: the codes of paths stand in the catalogue and keep a draft from being activated."""
    assert {(CATALOGUE[code].group, CATALOGUE[code].severity) for code in CODES} == {("Activation", "error")}
