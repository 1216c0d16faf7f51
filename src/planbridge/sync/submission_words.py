"""A participant's change as lines of words: what it is about, what was held, what is asked for, from when on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Value

from planbridge.activity.masking import mask_text
from planbridge.plans.fund import PlanFund
from planbridge.plans.plan import PlanSource
from planbridge.sync.submission import Submission
from planbridge.sync.submission_language import ENGLISH, day_words, relationship_words, words_of
from planbridge.sync.submission_wish import NEXT_PAYROLL, WishKind, plain

Values = Mapping[str, Any]  # Any: JSON values


@dataclass(frozen=True)
class CodeNames:
    """The names of a plan's sources and funds by their codes; a code without a name stands for itself."""

    sources: Mapping[str, str] = field(default_factory=dict)
    funds: Mapping[str, str] = field(default_factory=dict)

    def source(self, code: str) -> str:
        """A source in words."""
        return self.sources.get(code) or code

    def fund(self, code: str) -> str:
        """A fund in words."""
        return self.funds.get(code) or code


@dataclass(frozen=True)
class ChangeWords:
    """A change in words; what looks like an SSN in it is masked."""

    title: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    effective: str

    def as_sentence(self, language: str = ENGLISH) -> str:
        """The change in one line: "Contribution rate: Pre-tax: from 6 % of pay to 8 % of pay"."""
        from_to = words_of(language)["from_to"].format(before=", ".join(self.before), after=", ".join(self.after))
        return f"{self.title}: {from_to}"


def code_names_of(plan_id: int) -> CodeNames:
    """The names of a plan's sources and funds; one statement."""
    sources = PlanSource.objects.filter(plan_id=plan_id).values_list("source", "name", Value("source"))
    funds = PlanFund.objects.filter(plan_id=plan_id).values_list("fund", "name", Value("fund"))
    names: dict[str, dict[str, str]] = {"source": {}, "fund": {}}
    for code, name, kind in sources.union(funds, all=True):
        names[kind][code] = name
    return CodeNames(names["source"], names["fund"])


def words_of_change(one: Submission, names: CodeNames, *, language: str = ENGLISH) -> ChangeWords:
    """A submission in words of a language."""
    kind = WishKind(one.kind)
    return ChangeWords(
        title=title_of(kind, one.source, names, language=language),
        before=value_lines(kind, one.from_values, names, language=language),
        after=value_lines(kind, one.body, names, language=language),
        effective=effective_words(one.body["effective"], language=language),
    )


def title_of(kind: WishKind, source: str, names: CodeNames, *, language: str = ENGLISH) -> str:
    """What a change is about."""
    return words_of(language)[kind.value].format(source=names.source(source))


def value_lines(kind: WishKind, values: Values | None, names: CodeNames, *, language: str = ENGLISH) -> tuple[str, ...]:
    """The values of a change, held or asked for, as lines; a word for "nothing known" where there are none."""
    words = words_of(language)
    lines = tuple(mask_text(line) for line in lines_of(kind, values, names, language)) if values is not None else ()
    return lines or (words["nothing"],)


def lines_of(kind: WishKind, values: Values, names: CodeNames, language: str) -> Iterable[str]:
    """The lines of values that are known."""
    words = words_of(language)
    match kind:
        case WishKind.CONTRIBUTION_RATE:
            yield rate_words(values, language)
        case WishKind.OPT_OUT:
            rates = values.get("contribution_rates")
            yield from (f"{names.source(one['source'])}: {rate_words(one, language)}" for one in rates or ())
            if rates is None:
                yield words["stop"]
        case WishKind.ALLOCATION | WishKind.BALANCE_TRANSFER:
            for one in values.get("allocations", ()):
                yield words["share"].format(name=names.fund(one["fund"]), number=number_words(one["percent"]))
            for one in values.get("balances", ()):
                yield words["units"].format(name=names.fund(one["fund"]), number=number_words(one["units"]))
        case WishKind.BENEFICIARIES:
            yield from (heir_words(one, language) for one in values.get("beneficiaries", ()))
        case WishKind.NAME:
            yield " ".join(str(values[part]) for part in ("first_name", "last_name") if values.get(part))


def rate_words(values: Values, language: str) -> str:
    """'6 % of pay', '$150.00 each pay'."""
    words = words_of(language)
    if values.get("amount") is not None:
        return words["dollars"].format(number=f"{Decimal(str(values['amount'])):,.2f}")
    if values.get("percent") is not None:
        return words["of_pay"].format(number=number_words(values["percent"]))
    return words["nothing"]


def heir_words(values: Values, language: str) -> str:
    """'Noor Example (primary, spouse): 100 %'; a share that the records do not say is left out."""
    words = words_of(language)
    kind = words.get(str(values["class"]), str(values["class"]))
    relationship = relationship_words(str(values.get("relationship") or ""), language)
    inside = ", ".join(part for part in (kind, relationship) if part)
    name = f"{values.get('name') or '?'} ({inside})"
    percent = values.get("percent")
    return name if percent is None else words["share"].format(name=name, number=number_words(percent))


def number_words(value: object) -> str:
    """An exact number with thousands separators and without needless zeros."""
    whole, point, rest = plain(Decimal(str(value))).partition(".")
    return f"{int(whole):,}{point}{rest}"


def effective_words(effective: str, *, language: str = ENGLISH) -> str:
    """From when on a change counts."""
    if effective == NEXT_PAYROLL:
        return words_of(language)["next_payroll"]
    return day_words(date.fromisoformat(effective), language)
