"""The rate step: what somebody saves from each paycheck, by source, and what that does to their pay and their match."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from planbridge.enrollment.answered import rate_objections, rate_of
from planbridge.enrollment.deferral import FLAG_OF_KIND, Rules, room_of
from planbridge.enrollment.goal_step import shown_prospect
from planbridge.enrollment.kept_visit import Answer
from planbridge.enrollment.limits import Limits
from planbridge.enrollment.match import Match, match_of, tiers_of
from planbridge.enrollment.number_box import PERCENT, NumberBox, box_name, number_in
from planbridge.enrollment.objection import CENT, Objection, dollars, percent_text
from planbridge.enrollment.paycheck import ASSUMED, TAX_PERCENT, paycheck_effect
from planbridge.enrollment.prospect import prospect_of
from planbridge.enrollment.saver import CATCH_UP_KINDS, ELECTIVE_KINDS, SAVED_KINDS, ZERO, Rate, percent_of_pay
from planbridge.enrollment.step_form import StepForm
from planbridge.enrollment.visit import Visit
from planbridge.enrollment.wishes import Elections
from planbridge.plans.terms import Source
from planbridge.sync.submission_wish import plain

TAX_MAX = 60
NUMBER_MAX = 10_000_000  # a paycheck of more is typed wrongly
UNITS = (("percent", gettext_lazy("percent of pay")), ("amount", gettext_lazy("dollars a paycheck")))
Rates = Mapping[str, Rate]


@dataclass(frozen=True)
class SourceBoxes:
    """The boxes of one source, and what is to be said beside them."""

    source: Source
    number: forms.BoundField
    unit: forms.BoundField
    is_catch_up: bool


class RateForm(StepForm):
    """For each source that takes savings a number, in percent of pay or in dollars; 0 everywhere is asked about once more."""

    slug = "rate"
    is_stop = forms.BooleanField(required=False, label=gettext_lazy("Yes, I want to save nothing from my pay"))

    def __init__(self, visit: Visit, data: Mapping[str, Any] | None = None) -> None:  # Any: a form's values
        super().__init__(visit, data)
        self.sources = saving_sources(visit)
        for one in self.sources:
            name = box_name("rate", one.source)
            held = self.initial.get(name)
            self.fields[name] = NumberBox(one.name or one.source, PERCENT, highest=NUMBER_MAX, held=held)
            unit = forms.ChoiceField(label=gettext_lazy("In"), choices=UNITS, required=False, initial="percent")
            self.fields[box_name("unit", one.source)] = unit
        self.fields["tax_percent"] = NumberBox(
            gettext("Federal tax on the last dollar you earn"), PERCENT, highest=TAX_MAX
        )

    def initial_of(self, answer: Answer | None) -> dict[str, Any]:
        """The rates answered before, or those held."""
        given = answer or {}
        rates: dict[str, Rate] = dict(self.visit.standing.rates)
        rates |= {source: rate_of(one) for source, one in given.get("rates", {}).items()}
        values: dict[str, Any] = {"tax_percent": Decimal(given.get("tax_percent", TAX_PERCENT))}
        for source, rate in rates.items():
            values[box_name("rate", source)] = rate.percent if rate.amount_usd is None else rate.amount_usd
            values[box_name("unit", source)] = "percent" if rate.amount_usd is None else "amount"
        return values | {"is_stop": bool(given) and all(one.is_zero for one in rates.values())}

    def clean(self) -> dict[str, Any]:
        """The plan's and the law's limits; each box that held a rate still holds one; 0 everywhere is meant."""
        values = self.cleaned_data
        if any(name in self.errors for name in self.fields):
            return values
        for one in self.sources:
            self._check_number(one)
        rates = self.rates()
        if not rates and not self.errors:
            self.add_error(self._first_box(), gettext("Type how much you want to save, or 0 to save nothing."))
        for objection in rate_objections(self.visit, Elections(rates=rates)):
            name = box_name("rate", objection.source or "")
            self.object_to(objection, name if name in self.fields else None)
        if not self.errors and self.is_stopping() and not values.get("is_stop"):
            self.add_error(
                "is_stop", gettext("Check this box if you want to save nothing, or type what you want to save.")
            )
        return values

    def answer(self) -> Answer:
        """The rates by source, and the tax rate where it was changed."""
        tax = self.cleaned_data.get("tax_percent")
        changed = {} if tax is None or tax == TAX_PERCENT else {"tax_percent": plain(tax)}
        return {"rates": {source: rate_text(rate) for source, rate in self.rates().items()}, **changed}

    def rates(self) -> dict[str, Rate]:
        """The rates in the boxes, typed or shown at first; a box without a number is left out."""
        found = {}
        for one in self.sources:
            number = number_in(self, box_name("rate", one.source))
            if number is not None:
                found[one.source] = rate_in(number, self[box_name("unit", one.source)].value())
        return found

    def is_stopping(self) -> bool:
        """Whether nothing would be saved any more, and that is not so already."""
        held = self.visit.standing.rates
        rates = {**held, **self.rates()}
        is_nothing = bool(rates) and all(one.is_zero for one in rates.values())
        return is_nothing and not (held and all(one.is_zero for one in held.values()))

    def said(self) -> dict[str, Any]:
        """What one paycheck gives up, what the employer adds, what the law leaves, what it comes to."""
        rates = {**self.visit.standing.rates, **self.rates()}
        tax = number_in(self, "tax_percent")
        tax = TAX_PERCENT if tax is None else tax
        prospect = prospect_of(self.visit, rates=rates)
        return {
            "pay": paycheck_shown(self.visit, rates, tax),
            "match": match_shown(self.visit, rates),
            "room": room_shown(self.visit),
            "prospect": prospect and shown_prospect(prospect),
            "is_stopping": self.is_stopping(),
            "assumed": gettext(ASSUMED) % {"percent": percent_text(tax)},
        }

    def boxes(self) -> list[SourceBoxes]:
        """The boxes by source, in the plan's order; those for catch-up last."""
        found = [
            SourceBoxes(
                one,
                self[box_name("rate", one.source)],
                self[box_name("unit", one.source)],
                one.kind in CATCH_UP_KINDS,
            )
            for one in self.sources
        ]
        return sorted(found, key=lambda one: one.is_catch_up)

    def _check_number(self, one: Source) -> None:
        name = box_name("rate", one.source)
        number = self.cleaned_data.get(name)
        if number is None and one.source in self.visit.standing.rates:
            self.add_error(
                name, gettext("Type a number here. Type 0 to stop saving in %(source)s.") % {"source": one.name}
            )

    def _first_box(self) -> str | None:
        return box_name("rate", self.sources[0].source) if self.sources else None


def saving_sources(visit: Visit) -> tuple[Source, ...]:
    """The sources in which this person may choose a rate, and those in which they save already.

    Catch-up sources are for those who may use them this year.
    """
    rates = visit.standing.rates
    deferral = visit.provisions.get("deferral") or {}

    def is_open(one: Source) -> bool:
        if deferral.get(FLAG_OF_KIND.get(one.kind, "")) is False:
            return False
        return one.kind not in CATCH_UP_KINDS or may_catch_up(visit)

    return tuple(
        one
        for one in visit.sources
        if one.kind in SAVED_KINDS and (is_open(one) or not rates.get(one.source, Rate()).is_zero)
    )


def may_catch_up(visit: Visit) -> bool:
    """Whether the law and the plan let this person save more for their age this year."""
    if not isinstance(visit.limits, Limits):
        return False
    return room_of(visit.held.saver, Rules(visit.provisions, visit.limits, visit.today)).catch_up_usd > 0


def rate_in(number: Decimal, unit: object) -> Rate:
    """A number with the unit beside its box, as a rate."""
    return Rate(amount_usd=number) if unit == "amount" else Rate(percent=number)


def rate_text(rate: Rate) -> dict[str, str]:
    """A rate as JSON."""
    return {"percent": plain(rate.percent or ZERO)} if rate.amount_usd is None else {"amount": plain(rate.amount_usd)}


def paycheck_shown(visit: Visit, rates: Rates, tax_percent: Decimal) -> dict[str, Any]:
    """The effect on one paycheck, and how it differs from that of the rates held."""
    saver = visit.held.saver
    wanted = paycheck_effect(saver, rates, visit.source_kinds, tax_percent=tax_percent)
    now = paycheck_effect(saver, visit.standing.rates, visit.source_kinds, tax_percent=tax_percent)
    more = wanted.take_home_less_usd - now.take_home_less_usd
    return {
        "is_known": saver.annual_pay_usd is not None or not _has_percent(rates.values()),
        "saved": dollars(wanted.saved_usd),
        "tax_saved": dollars(wanted.tax_saved_usd) if wanted.tax_saved_usd else "",
        "less": dollars(wanted.take_home_less_usd),
        "is_nothing": not wanted.saved_usd,
        "is_change": bool(visit.standing.rates) and more != 0,
        "is_less_than_now": more > 0,
        "change": dollars(abs(more)),
        "paychecks": saver.paychecks_a_year,
    }


def match_shown(visit: Visit, rates: Rates) -> dict[str, Any] | None:
    """What the employer adds a paycheck and a year, and what is left on the table; None without match or known pay."""
    saver, tiers = visit.held.saver, tiers_of(visit.provisions)
    if saver.annual_pay_usd is None or not tiers:
        return None
    percents = [
        percent_of_pay(rate, saver) or ZERO
        for source, rate in rates.items()
        if visit.source_kinds.get(source) in ELECTIVE_KINDS
    ]
    most = visit.limits.compensation_usd if isinstance(visit.limits, Limits) else None
    found: Match = match_of(tiers, sum(percents, ZERO), saver.annual_pay_usd, compensation_usd=most)
    if not found.most_usd:
        return None
    each = (found.captured_usd / saver.paychecks_a_year).quantize(CENT, ROUND_HALF_UP)
    return {
        "each": dollars(each),
        "year": dollars(found.captured_usd),
        "left": dollars(found.left_usd) if found.left_usd > 0 else "",
        "full_percent": percent_text(found.full_percent),
        "is_nothing": not found.captured_usd,
        "captured_share": int(found.captured_usd * 100 / found.most_usd),
    }


def room_shown(visit: Visit) -> dict[str, str] | None:
    """What the law lets this person save this year; None where the year's limits are not known."""
    if isinstance(visit.limits, Objection):
        return None
    room = room_of(visit.held.saver, Rules(visit.provisions, visit.limits, visit.today))
    return {
        "year": str(visit.limits.year),
        "most": dollars(room.most_usd),
        "catch_up": dollars(room.catch_up_usd) if room.catch_up_usd else "",
        "is_catch_up_roth": "yes" if room.catch_up_usd and room.is_catch_up_roth else "",
    }


def _has_percent(rates: Iterable[Rate]) -> bool:
    return any(one.percent for one in rates)
