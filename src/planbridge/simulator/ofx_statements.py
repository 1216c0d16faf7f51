"""Writes plans' people as OFX 2.2 investment statements with their 401(k) parts: one statement is one account."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from planbridge.simulator.amounts import scaled, text_of_cents
from planbridge.simulator.layout import Layout
from planbridge.simulator.plans import Document

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\r\n'
    '<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\r\n'
)
_FREQUENCIES = {
    "weekly": "WEEKLY", "biweekly": "BIWEEKLY", "semimonthly": "TWICEMONTHLY", "monthly": "MONTHLY",
    "quarterly": "QUARTERLY", "annual": "ANNUALLY",
}  # fmt: skip
# OFX has no word for Roth money; this recordkeeper sends it as after-tax.
_INSTEAD = {"roth": "aftertax", "roth_rollover": "rollover", "safe_harbor_match": "match"}
_STATUS = "<STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>"


@dataclass(frozen=True)
class Statements:
    """Writes statements by a layout, as of a moment; in every total `lie_dollars` too much."""

    layout: Layout
    moment: datetime
    lie_dollars: int = 0

    def file(self, plans: Sequence[Document], statements: Sequence[str]) -> bytes:
        """Return the file of statements that `statement` wrote, with the list of the plans' securities."""
        funds = {fund["cusip"]: fund for plan in plans for fund in plan["lineup"]["funds"]}
        securities = "\r\n".join(self.security(fund) for fund in funds.values())
        return (
            f"{_HEAD}<OFX>\r\n<SIGNONMSGSRSV1><SONRS>{_STATUS}<DTSERVER>{self.time()}</DTSERVER><LANGUAGE>ENG</LANGUAGE>"
            f"</SONRS></SIGNONMSGSRSV1>\r\n<INVSTMTMSGSRSV1>\r\n{''.join(statements)}</INVSTMTMSGSRSV1>\r\n"
            f"<SECLISTMSGSRSV1><SECLIST>\r\n{securities}\r\n</SECLIST></SECLISTMSGSRSV1>\r\n</OFX>\r\n"
        ).encode()

    def statement(self, plan: Document, person: Document, *, is_broken: bool = False) -> str:
        """Return one person's statement, on lines of its own; a broken one has words where a number belongs."""
        words = {one["source"]: self.word(one["source"], one["kind"]) for one in plan["sources"]}
        funds = {fund["fund"]: fund for fund in plan["lineup"]["funds"]}
        positions = [
            self.position(words.get(one["source"], one["source"]), funds.get(one["fund"]), one)
            for one in person["balances"]
        ]
        total = sum(scaled(one["market_value"], 2) for one in person["balances"]) + self.lie_dollars * 100
        body = "\r\n".join(
            [
                f"<INVSTMTRS><DTASOF>{self.time()}</DTASOF><CURDEF>USD</CURDEF>",
                _of(INVACCTFROM=[_of(BROKERID="simulator.example.test"), _of(ACCTID=person["participant_id"])]),
                f"<INVPOSLIST>{''.join(positions)}</INVPOSLIST>",
                self.plan_part(plan, person, words),
                _of(INV401KBAL=[_of(CASHBAL="0.00"), _of(TOTAL=text_of_cents(total))]),
            ]
        )
        if is_broken:
            body = body.replace("<TOTAL>", "<TOTAL>about ")
        return f"<INVSTMTTRNRS><TRNUID>{person['participant_id']}</TRNUID>{_STATUS}\r\n{body}</INVSTMTRS></INVSTMTTRNRS>\r\n"

    def word(self, source: str, kind: str) -> str:
        """OFX's word for a source."""
        found = self.layout.source_of(source, kind) or self.layout.source_of(source, _INSTEAD.get(kind, "other"))
        return found or "OTHERVEST"

    def position(self, word: str, fund: Document | None, balance: Document) -> str:
        """A position of a source in a fund, which a defect may have made one that the plan does not know."""
        held = [
            _security_id(fund or {"cusip": balance["fund"]}), _of(HELDINACCT="OTHER"), _of(POSTYPE="LONG"), _of(UNITS=balance["units"]),
            _of(UNITPRICE=balance["price"]), _of(MKTVAL=balance["market_value"]),
            _of(DTPRICEASOF=f"{_day(balance['price_date'])}160000.000[-5:EST]"), _of(INV401KSOURCE=word),
        ]  # fmt: skip
        return _of(POSMF=[_of(INVPOS=held)]) + "\r\n"

    def plan_part(self, plan: Document, person: Document, words: dict[str, str]) -> str:
        """Rates, elections, vesting, loans and the year so far."""
        shares = {"PRETAX": "DEFERPCTPRETAX", "AFTERTAX": "DEFERPCTAFTERTAX"}
        rates = [
            _tag(shares[words[one["source"]]], one["percent"])
            for tag in shares
            for one in person["contribution_rates"]
            if words[one["source"]] == tag and one["percent"] is not None
        ]
        funds = {fund["fund"]: fund for fund in plan["lineup"]["funds"]}
        elected = [
            self.election(funds[code], person["allocations"], words) for code in _funds_of(person["allocations"])
        ]
        vested = [_of(CURRENTVESTPCT=one["percent"]) for one in person["vesting"][:1]]
        loans = [self.loan(one) for one in person["loans"]]
        parts = [
            _of(EMPLOYERNAME=plan["employer"]["name"][:32]), _of(PLANID=plan["plan_id"]), *rates,
            *([_of(CONTRIBINFO=elected)] if elected else []), *vested, *loans, *self.year(person["ytd"], words),
        ]  # fmt: skip
        return _of(INV401K=parts)

    def election(self, fund: Document, allocations: Sequence[Document], words: dict[str, str]) -> str:
        """What share of each source's new money goes into a fund."""
        percents = [
            _tag(f"{word}PCT" if word.startswith("OTHER") else f"{word}CONTRIBPCT", one["percent"])
            for one in allocations
            if one["fund"] == fund["fund"]
            for word in [words[one["source"]]]
        ]
        return _of(CONTRIBSECURITY=[_security_id(fund), *percents])

    def loan(self, loan: Document) -> str:
        """A loan."""
        parts = [
            _of(LOANID=loan["loan_id"]), _of(INITIALLOANBAL=loan["original_amount"]),
            _of(LOANSTARTDATE=_day(loan["origination_date"])), _of(CURRENTLOANBAL=loan["balance"]),
            _of(DTASOF=self.time()), _of(LOANRATE=loan["rate"]), _of(LOANPMTAMT=loan["payment"]),
            _of(LOANPMTFREQ=_FREQUENCIES[loan["frequency"]]), _of(LOANMATURITYDATE=_day(loan["maturity_date"])),
        ]  # fmt: skip
        return _of(LOANINFO=parts)

    def year(self, ytd: Sequence[Document], words: dict[str, str]) -> Iterator[str]:
        """The contributions of the year so far, where there are any."""
        if not ytd:
            return
        total = text_of_cents(sum(scaled(one["amount"], 2) for one in ytd))
        amounts = [_tag(words[one["source"]], one["amount"]) for one in ytd]
        span = [_of(DTSTART=f"{self.moment.year}0101"), _of(DTEND=f"{self.moment:%Y%m%d}")]
        yield _of(INV401KSUMMARY=[_of(YEARTODATE=[*span, _of(CONTRIBUTIONS=[*amounts, _of(TOTAL=total)])])])

    def security(self, fund: Document) -> str:
        """What a fund's id stands for."""
        parts = [
            _security_id(fund), _of(SECNAME=fund["name"]), _of(TICKER=fund["ticker"]), _of(FIID=fund["fund"]),
            _of(UNITPRICE=fund["price"]), _of(DTASOF=_day(fund["price_date"])),
        ]  # fmt: skip
        return _of(MFINFO=[_of(SECINFO=parts)])

    def time(self) -> str:
        """The moment, in UTC."""
        return f"{self.moment:%Y%m%d%H%M%S}.000[0:GMT]"


def _funds_of(allocations: Sequence[Document]) -> list[str]:
    return list(dict.fromkeys(one["fund"] for one in allocations))


def _security_id(fund: Document) -> str:
    return _of(SECID=[_of(UNIQUEID=fund["cusip"]), _of(UNIQUEIDTYPE="CUSIP")])


def _day(text: str) -> str:
    return text.replace("-", "")


def _of(**parts: str | Sequence[str] | None) -> str:
    """One tag by its name: a text, which is escaped, or the tags in it; None is no tag."""
    return "".join(_tag(name, content) for name, content in parts.items() if content is not None)


def _tag(name: str, content: str | Sequence[str]) -> str:
    inside = escape(content) if isinstance(content, str) else "".join(content)
    return f"<{name}>{inside}</{name}>"
