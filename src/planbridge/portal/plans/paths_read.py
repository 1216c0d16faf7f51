"""Investment paths to be read and not edited: what a version of a plan offers, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from planbridge.plans.content import Content
from planbridge.plans.edit import DEFAULT_INVESTMENT
from planbridge.plans.investment_paths import PathKind, Portfolio, Provider
from planbridge.plans.overlay import value_at
from planbridge.plans.path_changes import EXPERIENCE_WORDS, PATH_WORDS
from planbridge.plans.path_checks import range_text
from planbridge.plans.terms import Fund, FundStatus
from planbridge.portal.plans.field_words import code_text
from planbridge.portal.plans.paths_boxes import Choices
from planbridge.portal.plans.paths_places import names_of
from planbridge.portal.plans.paths_words import PATH_GLOSS, Names, years_words


@dataclass(frozen=True)
class PathRow:
    """A path: its name, what it is, On or Off, and whether the experience shows it."""

    kind: PathKind
    name: str
    gloss: str
    is_on: bool
    is_offered: bool


@dataclass(frozen=True)
class ReadPortfolio:
    """A model portfolio with its funds by name, and the scores that lead to it."""

    one: Portfolio
    parts: Sequence[tuple[str, str]]
    scores: str


@dataclass(frozen=True)
class ReadFund:
    """A fund that takes money, its asset class in words."""

    one: Fund
    asset_class: str


@dataclass(frozen=True)
class ReadPaths:
    """What a version offers."""

    experience: str
    rows: Sequence[PathRow]
    default: Sequence[tuple[str, str]]
    questionnaire: str
    portfolios: Sequence[ReadPortfolio]
    provider: Provider | None
    funds: Sequence[ReadFund]

    @property
    def offered(self) -> Sequence[PathRow]:
        """The paths that participants are shown."""
        return [one for one in self.rows if one.is_offered]


def read_paths(content: Content, choices: Choices) -> ReadPaths:
    """A version's paths in words."""
    names, paths = names_of([content], choices), content.paths
    default = value_at(content, DEFAULT_INVESTMENT)
    return ReadPaths(
        experience=EXPERIENCE_WORDS[paths.experience],
        rows=[
            PathRow(kind, PATH_WORDS[kind], PATH_GLOSS[kind], kind in paths.enabled, kind in paths.offered)
            for kind in PathKind
        ],
        default=[(names.fund(one["fund"]), years_words(one)) for one in default],
        questionnaire=names.questionnaires.get(paths.questionnaire_id or 0, ""),
        portfolios=[_portfolio(one, content, names) for one in paths.portfolios],
        provider=paths.provider,
        funds=[
            ReadFund(one, code_text(one.asset_class)) for one in content.lineup.funds if one.status == FundStatus.OPEN
        ],
    )


def _portfolio(one: Portfolio, content: Content, names: Names) -> ReadPortfolio:
    scores = [
        range_text(each.score_from, each.score_to)
        for each in content.paths.score_ranges
        if each.portfolio == one.portfolio
    ]
    parts = [(names.fund(part.fund), f"{part.percent.normalize():f} %") for part in one.funds]
    return ReadPortfolio(one, parts, ", ".join(scores))
