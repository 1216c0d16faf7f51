"""The rules of a plan document: one row a rule, each gives what breaks it; the catalogue says how severe that is."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from planbridge.activity.problem import Problem
from planbridge.plans import lineup_checks
from planbridge.plans.document_values import NUMBER
from planbridge.plans.lineup_checks import Finding
from planbridge.plans.market_days import market_day_back
from planbridge.plans.terms import Fund, FundStatus, PlanTerms

SOURCE_KINDS = frozenset(
    {
        "pretax",
        "roth",
        "aftertax",
        "catch_up",
        "roth_catch_up",
        "match",
        "safe_harbor_match",
        "safe_harbor_nonelective",
        "profit_sharing",
        "qnec",
        "qmac",
        "rollover",
        "roth_rollover",
        "money_purchase",
        "other",
    }
)
STATUSES = frozenset(FundStatus)
EIN = re.compile(r"\d{2}-?\d{7}", re.ASCII)
# RFC 6531: letters of any script on both sides; what stands before the @ may be quoted.
EMAIL = re.compile(r'("[^"\\\r\n]+"|[^\s@,;<>()\[\]\\"]+)@[^\s@,;<>()\[\]\\".]+(\.[^\s@,;<>()\[\]\\".]+)+')
PRICE_AGE_DAYS_MAX = 5
MARKET_ZONE = ZoneInfo("America/New_York")
ALL_OF_PAY = 100


@dataclass(frozen=True)
class Judged:
    """A document's terms, and what they are judged against."""

    terms: PlanTerms
    oldest_price_date: date | None  # older prices are stale; None: the delivery has no time
    money_by_fund: Mapping[str, Decimal]
    live_funds: Collection[str]

    @property
    def priced_funds(self) -> Iterator[Fund]:
        """The funds that take or hold money, and so have a price."""
        return (one for one in self.terms.lineup.funds if one.status in (FundStatus.OPEN, FundStatus.FROZEN))


def check_terms(
    terms: PlanTerms,
    *,
    delivered_as_of: datetime | None,
    money_by_fund: Mapping[str, Decimal],
    live_funds: Collection[str],
) -> list[Problem]:
    """Hold a document's terms against every rule.

    `delivered_as_of` is the delivery's time (the document's own is taken when None), `money_by_fund` the dollars (or
    units: only whether there are any counts) that people hold, `live_funds` the codes of the live lineup's current
    funds (Lineup.current_funds).
    """
    judged = Judged(terms, _oldest_price_date(delivered_as_of or terms.as_of), money_by_fund, live_funds)
    return [
        Problem(code, value=finding.value, field=finding.field, detail=finding.detail)
        for code, find in RULES
        for finding in find(judged)
    ]


def _oldest_price_date(as_of: datetime | None) -> date | None:
    return None if as_of is None else market_day_back(as_of.astimezone(MARKET_ZONE).date(), PRICE_AGE_DAYS_MAX)


def _missing_name(judged: Judged) -> Iterator[Finding]:
    if not judged.terms.name and "name" not in judged.terms.unreadable:
        yield Finding("name")


def _invalid_ein(judged: Judged) -> Iterator[Finding]:
    if judged.terms.ein and not EIN.fullmatch(judged.terms.ein):
        yield Finding("employer.ein", judged.terms.ein)


def _invalid_emails(judged: Judged) -> Iterator[Finding]:
    for number, contact in enumerate(judged.terms.contacts):
        if contact.email and not EMAIL.fullmatch(contact.email):
            yield Finding(f"contacts.{number}.email", contact.email)


def _missing_sources(judged: Judged) -> Iterator[Finding]:
    if not judged.terms.sources:
        yield Finding("sources")


def _unknown_source_kinds(judged: Judged) -> Iterator[Finding]:
    for one in judged.terms.sources:
        if one.kind not in SOURCE_KINDS:
            yield Finding(f"sources.{one.source}.kind", one.kind)


def _duplicate_sources(judged: Judged) -> Iterator[Finding]:
    return _duplicates("sources", (one.source for one in judged.terms.sources))


def _duplicate_funds(judged: Judged) -> Iterator[Finding]:
    return _duplicates("lineup.funds", (one.fund for one in judged.terms.lineup.funds))


def _duplicates(place: str, codes: Iterable[str]) -> Iterator[Finding]:
    for code, count in Counter(codes).items():
        if count > 1:
            yield Finding(place, code, f"It stands {count} times.")


def _unknown_statuses(judged: Judged) -> Iterator[Finding]:
    for one in judged.terms.lineup.funds:
        if one.status not in STATUSES:
            yield Finding(f"lineup.funds.{one.fund}.status", one.status)


def _missing_prices(judged: Judged) -> Iterator[Finding]:
    terms = judged.terms
    priced = {one.fund for one in terms.prices}
    for one in judged.priced_funds:
        place, dated = f"lineup.funds.{one.fund}.price", f"lineup.funds.{one.fund}.price_date"
        if one.fund in priced or not terms.unreadable.isdisjoint((place, dated)):
            continue
        if one.fund in terms.undated_prices:
            yield Finding(dated, detail="The price has no date.")
        else:
            yield Finding(place)


def _stale_prices(judged: Judged) -> Iterator[Finding]:
    priced = {one.fund for one in judged.priced_funds}
    for one in judged.terms.prices:
        if judged.oldest_price_date and one.fund in priced and one.price_date < judged.oldest_price_date:
            yield Finding(f"lineup.funds.{one.fund}.price_date", one.price_date.isoformat())


def _funds_removed_with_money(judged: Judged) -> Iterator[Finding]:
    return lineup_checks.funds_left_with_money(
        judged.terms.lineup, live_funds=judged.live_funds, money_by_fund=judged.money_by_fund
    )


def _missing_default(judged: Judged) -> Iterator[Finding]:
    terms = judged.terms
    is_read = not any(place.startswith("lineup.default_investment") for place in terms.unreadable)
    if "auto_enroll" in (terms.provisions or {}) and not terms.lineup.default_investment and is_read:
        yield Finding("lineup.default_investment")


def _invalid_match_tiers(judged: Judged) -> Iterator[Finding]:
    match = (judged.terms.provisions or {}).get("match", {})
    for number, tier in enumerate(match.get("tiers", [])):
        place = f"provisions.match.tiers.{number}"
        pay, rate = tier.get("contribution_percent"), tier.get("match_percent")
        if not (_is_number(pay) and 0 < Decimal(pay) <= ALL_OF_PAY):
            yield Finding(f"{place}.contribution_percent", pay)
        if not (_is_number(rate) and Decimal(rate) >= 0):
            yield Finding(f"{place}.match_percent", rate)


def _is_number(text: str | None) -> bool:
    return text is not None and NUMBER.fullmatch(text) is not None


def _unknown_fields(judged: Judged) -> Iterator[Finding]:
    names = judged.terms.unknown_fields
    if names:
        yield Finding(None, ", ".join(names), f"Fields ignored: {len(names)}.")


RULES: tuple[tuple[str, Callable[[Judged], Iterator[Finding]]], ...] = (
    ("PLAN_NAME_MISSING", _missing_name),
    ("EIN_INVALID", _invalid_ein),
    ("CONTACT_EMAIL_INVALID", _invalid_emails),
    ("SOURCE_NONE", _missing_sources),
    ("SOURCE_KIND_UNKNOWN", _unknown_source_kinds),
    ("SOURCE_DUPLICATE", _duplicate_sources),
    ("FUND_NONE", lambda judged: lineup_checks.missing_funds(judged.terms.lineup)),
    ("FUND_DUPLICATE", _duplicate_funds),
    ("FUND_STATUS_UNKNOWN", _unknown_statuses),
    ("FUND_PRICE_MISSING", _missing_prices),
    ("FUND_PRICE_STALE", _stale_prices),
    ("FUND_REMOVED_WITH_MONEY", _funds_removed_with_money),
    ("MAPPING_UNKNOWN_FUND", lambda judged: lineup_checks.unknown_successors(judged.terms.lineup)),
    ("DEFAULT_MISSING", _missing_default),
    ("DEFAULT_FUND_NOT_IN_LINEUP", lambda judged: lineup_checks.unknown_default_funds(judged.terms.lineup)),
    ("TARGET_DATE_GAP", lambda judged: lineup_checks.target_date_gaps(judged.terms.lineup)),
    ("TARGET_DATE_OVERLAP", lambda judged: lineup_checks.target_date_overlaps(judged.terms.lineup)),
    ("MATCH_TIER_INVALID", _invalid_match_tiers),
    ("FIELD_UNKNOWN", _unknown_fields),
)
