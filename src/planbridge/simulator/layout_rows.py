"""A person as rows of a layout: one row with everything, or one row an item, as the layout's records say."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from planbridge.simulator.amounts import text_of_cents
from planbridge.simulator.file_face import census_row
from planbridge.simulator.layout import Field, Item, Layout, Record, Texts
from planbridge.simulator.pay_period import match_tiers, payday_money
from planbridge.simulator.plans import Document

_PERIOD_DAYS = 14
# What stands in fields of the public layouts that nothing is read from, by the letters and digits of their names.
_PAY = {"grosswages", "totalcompensation", "payperiodgrosswages", "payperiodplanwages"}
_BEGIN, _DAYS = {"begin"}, {"checkdate", "payrolldate", "periodend", "datecreated", "transactiondate"}
_PLAN_NAME = {"planname", "organizationname"}
_FIXED = {"salaryqualifier": "A", "sitecode": "A", "runindex": "0", "hours": "80", "hoursworked": "80"}
Values = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its kind, and by field name the value (ISO date, plain decimal, or text as the file has it)."""

    record: Record
    values: Values = field(default_factory=dict)
    is_broken: bool = False


@dataclass(frozen=True)
class PlanRows:
    """Makes the rows of a plan's people by a layout, as of a day."""

    layout: Layout
    plan: Document
    day: date

    @cached_property
    def words(self) -> dict[str, str | None]:
        """The file's word for each source of the plan."""
        return {one["source"]: self.layout.source_of(one["source"], one["kind"]) for one in self.plan["sources"]}

    def of_person(self, person: Document, paid: Document) -> Iterator[Row]:
        """The detail rows of a person, with the payday of `paid`; none for somebody of whom the layout says nothing."""
        gross, money = payday_money(paid, match_tiers(self.plan))
        census = self.census(person) | {"payday_gross": text_of_cents(gross)}
        payday = [{"source": source, "amount": text_of_cents(cents)} for source, cents in money.items()]
        payday += [{"source": "loan", "amount": loan["payment"]} for loan in paid["loans"][:1] if money]
        for record in self.layout.records_of("detail"):
            by_item = [
                item for item in record.items if "source" not in item.constants and item.table != "contributions"
            ]
            if by_item:
                for found in self.items(person, record, by_item):
                    yield self.row(record, found, census)
            else:
                values = self.everything({**person, "contributions": payday}, record)
                if "census" in self.layout.carries or values:
                    yield self.row(record, values, census)

    def stated(self, record: Record, values: Values) -> Row:
        """A header or trailer: the plan, the day, and what is given; numbers that are not are zero."""
        zeros: Values = {one.name: "0" for one in record.fields if one.kind == "number"}
        # A shorter place for a plan's id is another numbering, of which the last digits tell plans apart.
        plan: Values = {
            one.name: self.plan["plan_id"][-(one.length or 0) :]
            for one in record.fields
            if one.name == self.layout.from_header.get("plan_id")
        }
        return self.row(record, zeros | plan | values, {})

    def census(self, person: Document) -> Values:
        """The census columns of a person; where the layout has no rehire date, the dates of the last spell."""
        census: Values = census_row(self.plan["plan_id"], person)
        if all(one.into != "rehire_date" for record in self.layout.records for one in record.fields):
            census |= {name: person["employment"][-1][name] for name in ("hire_date", "termination_date")}
        return census

    def items(self, person: Document, record: Record, specs: list[Item]) -> Iterator[Values]:
        """What each item of a person fills in, in the order of the tables."""
        for table in dict.fromkeys(item.table for item in specs):
            for entry in person[table]:
                known = {**entry, "source": self.words.get(entry.get("source"))}
                fits = [spec for spec in specs if spec.table == table and _holds(spec, known)]
                if fits:
                    yield self.filled(record, fits[0], known)

    def everything(self, person: Document, record: Record) -> Values:
        """What the items of a record fill in together; nothing where that is the money of a payday alone."""
        values: Values = {}
        says_more = False
        taken: set[tuple[str, str | None]] = set()
        for spec in record.items:
            word = spec.constants.get("source", spec.constants.get("use"))
            for entry in person[spec.table]:
                known = {**entry, "source": self.words.get(entry["source"], entry["source"])}
                if known["source"] == word and _holds(spec, known) and (spec.table, word) not in taken:
                    values |= self.filled(record, spec, known)
                    taken.add((spec.table, word))
                    says_more |= spec.table != "contributions"
        return values if says_more or "census" in self.layout.carries else {}

    def filled(self, record: Record, spec: Item, entry: Document) -> Values:
        """The fields that an item of the layout fills in, its conditions included."""
        fields = {one.name: one for one in record.fields}
        told: Values = {name: entry[column] for column, name in spec.columns.items() if entry.get(column) is not None}
        for name, texts in spec.when.items():
            told[name] = self.layout.code_of(fields[name].codes, _first(texts)) or _first(texts)
        return told

    def row(self, record: Record, filled: Values, census: Values) -> Row:
        """A record with all its fields."""
        values: Values = {}
        for one in record.fields:
            if one.must == "blank" or one.kind == "filler":
                values[one.name] = None
            elif one.name in record.when:
                values[one.name] = _first(record.when[one.name])
            elif one.name in filled:
                values[one.name] = filled[one.name]
            else:
                values[one.name] = self.otherwise(one, census)
        return Row(record, values)

    def otherwise(self, one: Field, census: Values) -> str | None:
        """A field that no item fills in: of the census, of the payday, or what a layout must have there."""
        if one.into:
            value = census.get(one.into)
            return self.layout.code_of(one.codes, value) if one.kind == "code" else value
        name = "".join(letter for letter in one.name.casefold() if letter.isalnum())
        if one.kind == "date":
            return self.date_of(name, must=one.must == "filled")
        if one.kind == "code" and one.must == "filled":
            return next(iter(self.layout.codes[one.codes or ""]), None)
        if name in _PAY:
            return census.get("payday_gross")
        if name in _PLAN_NAME:
            return str(self.plan["name"])
        return _FIXED.get(name, "0" if one.kind == "number" and one.must == "filled" else None)

    def date_of(self, name: str, *, must: bool) -> str | None:
        """A date of the payday: the period begins two weeks before its end."""
        if name in _BEGIN:
            return (self.day - timedelta(days=_PERIOD_DAYS - 1)).isoformat()
        return self.day.isoformat() if must or name in _DAYS else None


def _holds(spec: Item, entry: Document) -> bool:
    """Whether an item of the layout has a place for what an entry says."""
    if entry.get("source") is None and "source" in spec.columns:
        return False
    says = [column for column in ("percent", "amount") if entry.get(column) is not None]
    return all(column in spec.columns for column in says) and any(entry.get(one) is not None for one in spec.columns)


def _first(texts: Texts) -> str:
    return texts if isinstance(texts, str) else texts[0]
