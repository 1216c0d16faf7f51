"""One OFX investment statement as a participant: positions by source, rates, allocations, vesting, loans, year to date."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from planbridge.recordkeepers.formats.ofx_securities import security_key, text_of
from planbridge.recordkeepers.formats.ofx_text import Statement, as_tree
from planbridge.recordkeepers.profile import Profile

Item = dict[str, str | None]
NUMBER = re.compile(r"[+-]?(?:\d{1,27}(?:\.\d{0,10})?|\.\d{1,10})")
# YYYYMMDD, then time and zone, of which a day needs nothing: it is the day where the statement was made.
DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{0,6}(?:\.\d{1,6})?)?\s*(?:\[[^\]]{0,20}\])?")
FREQUENCIES = {
    "WEEKLY": "weekly", "BIWEEKLY": "biweekly", "TWICEMONTHLY": "semimonthly", "MONTHLY": "monthly",
    "QUARTERLY": "quarterly", "ANNUALLY": "annual",
}  # fmt: skip
CONTRIBUTIONS = {
    "PRETAXCONTRIB": "PRETAX", "AFTERTAXCONTRIB": "AFTERTAX", "MATCHCONTRIB": "MATCH",
    "PROFITSHARINGCONTRIB": "PROFITSHARING", "ROLLOVERCONTRIB": "ROLLOVER", "OTHERVEST": "OTHERVEST",
    "OTHERNONVEST": "OTHERNONVEST",
}  # fmt: skip
DEFERRALS = {"DEFERPCTPRETAX": "PRETAX", "DEFERPCTAFTERTAX": "AFTERTAX"}
READ = frozenset(["INVPOSLIST", "INV401K", "INV401KBAL", "INVACCTFROM", "DTASOF", "CURDEF", "BROKERID", "ACCTID"])
READ_IN_401K = frozenset(["PLANID", *DEFERRALS, "CONTRIBINFO", "CURRENTVESTPCT", "LOANINFO", "INV401KSUMMARY"])
HUNDRED = Decimal(100)
Securities = dict[tuple[str, str], dict[str, str]]


class StatementRefused(Exception):  # noqa: N818 - says what happened
    """A statement that cannot be taken: a code of the catalogue, with field and value."""

    def __init__(self, code: str, field: str | None = None, value: str | None = None) -> None:
        super().__init__(code)
        self.code, self.field, self.value = code, field, value


@dataclass
class Account:
    """One statement, read: census columns, items by table, warnings (code, field, value), and tags that were not used."""

    census: dict[str, str | None]
    items: dict[str, list[Item]] = field(default_factory=dict)
    warnings: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


def read_statement(statement: Statement, profile: Profile, securities: Securities) -> Account:
    """A statement as an account; raises StatementRefused."""
    if not statement.is_whole:
        raise StatementRefused("FILE_TRUNCATED", "INVSTMTTRNRS")
    tree = as_tree(statement.text)
    if tree is None:
        raise StatementRefused("RECORD_MALFORMED", "INVSTMTTRNRS")
    body = next(tree.iter("INVSTMTRS"), None)
    status = next(tree.iter("STATUS"), None)
    code = text_of(status, "CODE") if status is not None else None
    if body is None or code not in (None, "0"):
        raise StatementRefused("STATEMENT_REFUSED", "STATUS", code)
    plan = next(body.iter("INV401K"), None)
    account = Account(
        {"participant_id": text_of(body, "ACCTID"), "plan_id": text_of(plan, "PLANID") if plan is not None else None}
    )
    if account.census["participant_id"] is None:
        raise StatementRefused("PARTICIPANT_ID_MISSING", "ACCTID")
    reader = Reader(profile, securities)
    held = reader.balances(body)
    if next(body.iter("INVPOSLIST"), None) is not None:
        account.items["balances"] = held
    account.warnings += total_warnings(body, held)
    account.unread = {one.tag for one in body if isinstance(one.tag, str) and one.tag not in READ}
    if plan is not None:
        account.items |= reader.plan_items(plan)
        account.items |= reader.vesting(plan, {one["source"] for one in held})
        account.unread |= {
            f"INV401K.{one.tag}" for one in plan if isinstance(one.tag, str) and one.tag not in READ_IN_401K
        }
    return account


def total_warnings(body: etree._Element, balances: list[Item]) -> list[tuple[str, str | None, str | None]]:
    """TOTALS_DIFFER where the statement's own total is not the sum of its positions, which are kept as they are."""
    own = next(body.iter("INV401KBAL"), None)
    told = number(text_of(own, "TOTAL"), "INV401KBAL.TOTAL") if own is not None else None
    if told is None:
        return []
    cash = number(text_of(own, "CASHBAL"), "INV401KBAL.CASHBAL") if own is not None else None
    held = sum((Decimal(one["market_value"] or 0) for one in balances), Decimal(0))
    if Decimal(told) in (held, held + Decimal(cash or 0)):
        return []
    return [("TOTALS_DIFFER", "INV401KBAL.TOTAL", f"{Decimal(told):f}, but the positions come to {held:f}")]


def number(text: str | None, name: str) -> str | None:
    """A plain decimal; raises StatementRefused."""
    if text is None:
        return None
    try:
        value = Decimal(text) if NUMBER.fullmatch(text) else None
    except InvalidOperation:
        value = None
    if value is None:
        raise StatementRefused("NUMBER_INVALID", name, text[:200])
    return f"{value:f}"


def day(text: str | None, name: str) -> str | None:
    """YYYY-MM-DD of a date with or without time and zone; raises StatementRefused."""
    if text is None:
        return None
    found = DAY.fullmatch(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat() if found else refuse_day(text, name)
    except ValueError:
        return refuse_day(text, name)


def refuse_day(text: str, name: str) -> str:
    """Raises StatementRefused for a text that is no date."""
    raise StatementRefused("DATE_INVALID", name, text[:200])


@dataclass(frozen=True)
class Reader:
    """Reads the parts of a statement by a profile."""

    profile: Profile
    securities: Securities

    def source(self, name: str | None) -> str | None:
        """The source of a name of INV401KSOURCE; None where the statement names none: money that is not allocated."""
        if name is None:
            return None
        if name not in self.profile.sources:
            raise StatementRefused("CODE_UNKNOWN", "INV401KSOURCE", name[:200])
        return self.profile.source_of(name)

    def fund(self, node: etree._Element) -> str | None:
        """The plan's fund code of the security that a node names: the first that its profile asks for and that is there."""
        key = security_key(node)
        if key is None:
            return None
        words = self.securities.get(key, {}) | {"UNIQUEID": key[0]}
        return next(
            (words[tag] for tag in self.profile.ofx.fund_from if tag in words) if self.profile.ofx else iter(()), None
        )

    def balances(self, body: etree._Element) -> list[Item]:
        """One balance a position."""
        return [
            {
                "source": self.source(text_of(one, "INV401KSOURCE")),
                "fund": self.fund(one),
                "units": number(text_of(one, "UNITS"), "UNITS"),
                "price": number(text_of(one, "UNITPRICE"), "UNITPRICE"),
                "market_value": number(text_of(one, "MKTVAL"), "MKTVAL"),
                "price_date": day(text_of(one, "DTPRICEASOF"), "DTPRICEASOF"),
            }
            for positions in body.iter("INVPOSLIST")
            for one in positions.iter("INVPOS")
        ]

    def plan_items(self, plan: etree._Element) -> dict[str, list[Item]]:
        """Rates, allocations, loans and year to date of INV401K; a table of which it says nothing is absent."""
        rates: list[Item] = [
            {"source": self.source(name), "percent": number(text, tag), "amount": None}
            for tag, name in DEFERRALS.items()
            if (text := text_of(plan, tag)) is not None
        ]
        # Loans need no frame around them: a statement of the plan without one says that there is none.
        found = {"loans": [self.loan(one) for one in plan.iter("LOANINFO")]}
        found |= {"contribution_rates": rates} if rates else {}
        found |= {"allocations": self.allocations(plan)} if next(plan.iter("CONTRIBINFO"), None) is not None else {}
        year = next(plan.iter("YEARTODATE"), None)
        return found | ({"ytd": self.year_to_date(year)} if year is not None else {})

    def allocations(self, plan: etree._Element) -> list[Item]:
        """Percents by source and fund; those of a source come to 100 over all funds, else StatementRefused."""
        found: list[Item] = []
        sums: dict[str, Decimal] = {}
        for one in plan.iter("CONTRIBSECURITY"):
            for tag, name in CONTRIBUTIONS.items():
                percent = number(text_of(one, f"{tag}PCT"), f"{tag}PCT")
                if percent is not None and Decimal(percent):
                    found.append({"source": self.source(name), "fund": self.fund(one), "percent": percent})
                    sums[name] = sums.get(name, Decimal(0)) + Decimal(percent)
        for name, percent_sum in sums.items():
            if percent_sum != HUNDRED:
                raise StatementRefused("ALLOCATION_NOT_100", f"CONTRIBINFO {name}", f"{percent_sum:f}")
        return found

    def vesting(self, plan: etree._Element, held: set[str | None]) -> dict[str, list[Item]]:
        """The one percent of the statement for each source that its profile says it is of, and that it holds."""
        percent = number(text_of(plan, "CURRENTVESTPCT"), "CURRENTVESTPCT")
        if percent is None or self.profile.ofx is None:
            return {}
        sources = [self.profile.source_of(name) for name in self.profile.ofx.vested]
        return {"vesting": [{"source": source, "percent": percent} for source in sources if source in held]}

    def loan(self, one: etree._Element) -> Item:
        """A loan."""
        frequency = text_of(one, "LOANPMTFREQ")
        return {
            "loan_id": text_of(one, "LOANID"),
            "type": None,
            "origination_date": day(text_of(one, "LOANSTARTDATE"), "LOANSTARTDATE"),
            "original_amount": number(text_of(one, "INITIALLOANBAL"), "INITIALLOANBAL"),
            "balance": number(text_of(one, "CURRENTLOANBAL"), "CURRENTLOANBAL"),
            "payment": number(text_of(one, "LOANPMTAMT"), "LOANPMTAMT"),
            "frequency": FREQUENCIES.get(frequency, frequency.lower()) if frequency else None,
            "rate": number(text_of(one, "LOANRATE"), "LOANRATE"),
            "maturity_date": day(text_of(one, "LOANMATURITYDATE"), "LOANMATURITYDATE"),
            "status": None,
        }

    def year_to_date(self, year: etree._Element) -> list[Item]:
        """Contributions of this year by source, those that are not zero."""
        money = next(year.iter("CONTRIBUTIONS"), None)
        if money is None:
            return []
        amounts = [(name, number(text_of(money, name), name)) for name in CONTRIBUTIONS.values()]
        return [{"source": self.source(name), "amount": one} for name, one in amounts if one and Decimal(one)]
