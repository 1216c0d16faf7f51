"""May a person save at these rates: the plan's own rules, and the limits of the law in the year they begin to count."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from planbridge.enrollment.limits import Limits
from planbridge.enrollment.match import match_of, tiers_of
from planbridge.enrollment.objection import Objection, dollars, gettext_noop, percent_text
from planbridge.enrollment.saver import (
    CATCH_UP_KINDS,
    ELECTIVE_KINDS,
    EMPLOYER_KINDS,
    HUNDRED,
    PRETAX_KINDS,
    SAVED_KINDS,
    ZERO,
    Rate,
    Saver,
    age_attained_in,
    paychecks_left,
    percent_of_pay,
    saved_usd,
)

CATCH_UP_AGE = 50
SUPER_CATCH_UP_AGES = range(60, 64)
NUMBER_MAX = Decimal(10) ** 9  # nobody's paycheck; larger numbers have no cents left in reckoning
# A plan's flag that, when the recordkeeper says false, closes a kind of source.
FLAG_OF_KIND = {
    "roth": "roth",
    "roth_catch_up": "roth",
    "aftertax": "aftertax",
    "catch_up": "catch_up",
}

NO_RATE_HERE = gettext_noop("You cannot choose how much goes into %(source)s. Choose one of the other sources.")
KIND_CLOSED = gettext_noop("Your plan does not take savings in %(source)s. Choose one of the other sources.")
NO_SUCH_SAVING = gettext_noop("What you save in %(source)s must be 0 or more, and no more than all of your pay.")
PERCENT_OR_DOLLARS = gettext_noop("For %(source)s, choose a percent of your pay or a dollar amount, not both.")
BELOW_PLAN = gettext_noop(
    "You chose %(rate)s for %(source)s. Your plan's smallest rate is %(minimum)s. Choose that or more, or 0 %% to stop."
)
ABOVE_PLAN = gettext_noop(
    "You chose to save %(rate)s of your pay. The most your plan allows is %(maximum)s. Choose a lower rate."
)
ABOVE_PAY = gettext_noop("You chose to save %(rate)s of your pay, which is more than all of it. Choose a lower rate.")
CATCH_UP_TOO_YOUNG = gettext_noop(
    "Catch-up savings are for people who are 50 or older by the end of %(year)s. Choose 0 %% for %(source)s."
)
CATCH_UP_NOT_IN_PLAN = gettext_noop("Your plan does not offer catch-up savings. Choose 0 %% for %(source)s.")
ABOVE_ELECTIVE = gettext_noop(
    "At these rates you would save %(planned)s in %(year)s. The most the law allows you in %(year)s is %(limit)s. Choose "
    "a lower rate."
)
ABOVE_CATCH_UP = gettext_noop(
    "At these rates you would put %(planned)s into catch-up savings in %(year)s. The most the law allows you is "
    "%(limit)s. Choose a lower rate."
)
ABOVE_ADDITIONS = gettext_noop(
    "At these rates you and your employer together would put in %(planned)s in %(year)s. The most the law allows is "
    "%(limit)s. Choose a lower rate."
)
MUST_BE_ROTH = gettext_noop(
    "You earned more than %(wages)s here last year. So the law asks that what you save above %(limit)s in %(year)s goes "
    "into Roth. Choose a lower pre-tax rate, or save more in Roth."
)
MUST_BE_ROTH_SOURCE = gettext_noop(
    "You earned more than %(wages)s here last year. So the law asks that your catch-up savings go into Roth. Choose 0 %% "
    "for %(source)s and use the Roth catch-up instead."
)


@dataclass(frozen=True)
class Room:
    """What the law lets a person save in a year: `elective_usd`, and `catch_up_usd` on top (0: none)."""

    elective_usd: Decimal
    catch_up_usd: Decimal
    is_catch_up_roth: bool  # the catch-up part must be Roth

    @property
    def most_usd(self) -> Decimal:
        """All of it."""
        return self.elective_usd + self.catch_up_usd


@dataclass(frozen=True)
class Choice:
    """The rates that are judged: every source's as they would stand, with kinds and names of the plan's sources."""

    saver: Saver
    rates: Mapping[str, Rate]
    kinds: Mapping[str, str]
    names: Mapping[str, str]

    def name(self, source: str) -> str:
        """A source as the person knows it."""
        return self.names.get(source) or source

    def total(self, amounts: Mapping[str, Decimal], kinds: frozenset[str]) -> Decimal:
        """The sum of amounts in sources of some kinds."""
        return sum((amount for source, amount in amounts.items() if self.kinds.get(source) in kinds), ZERO)


@dataclass(frozen=True)
class Rules:
    """What rates are judged by: the plan's provisions, the year's limits, and the day from which the rates count.

    The day lies in the year of the limits. Percents in the provisions are texts of exact decimals.
    """

    provisions: Mapping[str, Any]  # Any: JSON values
    limits: Limits
    today: date

    @property
    def deferral(self) -> Mapping[str, Any]:  # Any: JSON values
        """The plan's rules of saving."""
        return self.provisions.get("deferral") or {}


def check_rates(choice: Choice, rules: Rules) -> list[Objection]:
    """All that stands against rates; an empty list when they may be taken.

    What is put in over the year is what went in so far and the rates for the paychecks left (`paychecks_counted`). The
    law limits dollars, not percents: without a known pay only rates in dollars are held against it.
    """
    found = [one for source in choice.rates for one in _source_objections(choice, source, rules.deferral)]
    if found:
        return found
    room, planned = room_of(choice.saver, rules), planned_usd(choice, rules.today)
    return [
        *_plan_objections(choice, rules.deferral),
        *_catch_up_objections(choice, planned, room, rules),
        *_year_objections(choice, planned, room, rules.limits),
        *_addition_objections(choice, planned, room, rules),
    ]


def room_of(saver: Saver, rules: Rules) -> Room:
    """What the law lets a person save in the year of the limits.

    Catch-up goes by the age attained by 31 December; without a birth date there is none, since it could not be shown to
    be allowed. Whether it must be Roth: see `must_catch_up_be_roth`. A plan without Roth then has none for them.
    """
    deferral, limits = rules.deferral, rules.limits
    age = None if saver.birth_date is None else age_attained_in(limits.year, saver.birth_date)
    catch_up = ZERO
    if age is not None and age >= CATCH_UP_AGE and deferral.get("catch_up") is True:
        is_super = age in SUPER_CATCH_UP_AGES and deferral.get("super_catch_up") is True
        catch_up = (limits.catch_up_60_63_usd if is_super else None) or limits.catch_up_usd
    must_be_roth = must_catch_up_be_roth(saver, limits)
    if must_be_roth and deferral.get("roth") is False:
        catch_up = ZERO
    return Room(limits.elective_deferral_usd, catch_up, must_be_roth)


def must_catch_up_be_roth(saver: Saver, limits: Limits) -> bool:
    """Whether catch-up must be Roth: FICA wages from this employer in the year before strictly above the year's number.

    Where the wages are not known: none for whoever was hired in the year itself; otherwise today's pay stands for them,
    since pay seldom moves far in a year and asking for Roth too early breaks no law, while asking too late does. Without
    either, no: the plan's administrator holds the wages and corrects it.
    """
    if limits.roth_catch_up_wages_usd is None:
        return False
    wages = saver.prior_year_fica_wages_usd
    if wages is None:
        is_new = saver.hired_on is not None and saver.hired_on.year >= limits.year
        wages = ZERO if is_new else saver.annual_pay_usd or ZERO
    return wages > limits.roth_catch_up_wages_usd


def planned_usd(choice: Choice, today: date) -> dict[str, Decimal]:
    """What goes into each source over the year of `today`, unrounded; see `check_rates`."""
    saver = choice.saver
    paychecks = paychecks_counted(saver, today)
    planned = dict(saver.year_to_date_usd or {})
    for source, rate in choice.rates.items():
        planned[source] = planned.get(source, ZERO) + saved_usd(rate, saver, paychecks)
    return planned


def paychecks_counted(saver: Saver, today: date) -> int:
    """The paychecks to which rates are put: those left in the year.

    When what went in so far is not known, all of the year; of whoever was hired in it, those since then.
    """
    if saver.year_to_date_usd is not None:
        return paychecks_left(saver, today)
    if saver.hired_on is not None and saver.hired_on.year == today.year:
        return paychecks_left(saver, saver.hired_on)
    return saver.paychecks_a_year


def _source_objections(choice: Choice, source: str, deferral: Mapping[str, Any]) -> Iterator[Objection]:
    """What stands against the rate of one source for itself."""
    rate, kind = choice.rates[source], choice.kinds.get(source)
    named = {"source": choice.name(source)}
    numbers = [number for number in (rate.percent, rate.amount_usd) if number is not None]
    if len(numbers) != 1:
        yield Objection("RATE_BOTH_PERCENT_AND_AMOUNT", PERCENT_OR_DOLLARS, named, source)
    elif not numbers[0].is_finite() or not 0 <= numbers[0] <= NUMBER_MAX:
        yield Objection("RATE_NOT_PERMITTED", NO_SUCH_SAVING, named, source)
    elif kind not in SAVED_KINDS:
        yield Objection("RATE_NOT_PERMITTED", NO_RATE_HERE, named, source)
    elif rate.is_zero:
        return
    elif deferral.get(FLAG_OF_KIND.get(kind, "")) is False:
        yield Objection("RATE_NOT_PERMITTED", KIND_CLOSED, named, source)
    elif rate.percent is not None and rate.percent < (minimum := _percent(deferral, "minimum_percent") or ZERO):
        values = named | {"rate": percent_text(rate.percent), "minimum": percent_text(minimum)}
        yield Objection("RATE_NOT_PERMITTED", BELOW_PLAN, values, source)


def _plan_objections(choice: Choice, deferral: Mapping[str, Any]) -> Iterator[Objection]:
    """What stands against the rates together, by the plan: its largest rate is of all sources but catch-up."""
    maximum = _percent(deferral, "maximum_percent") or HUNDRED
    percents = {source: percent_of_pay(rate, choice.saver) or ZERO for source, rate in choice.rates.items()}
    without_catch_up = choice.total(percents, SAVED_KINDS - CATCH_UP_KINDS)
    if without_catch_up > maximum:
        values = {"rate": _shown_percent(without_catch_up), "maximum": percent_text(maximum)}
        yield Objection("RATE_NOT_PERMITTED", ABOVE_PLAN, values)
    elif (total := choice.total(percents, SAVED_KINDS)) > HUNDRED:
        yield Objection("RATE_NOT_PERMITTED", ABOVE_PAY, {"rate": _shown_percent(total)})


def _catch_up_objections(
    choice: Choice, planned: Mapping[str, Decimal], room: Room, rules: Rules
) -> Iterator[Objection]:
    """What stands against rates in sources that are for catch-up alone."""
    chosen = [
        source for source, rate in choice.rates.items() if choice.kinds[source] in CATCH_UP_KINDS and not rate.is_zero
    ]
    year, wages = str(rules.limits.year), dollars(rules.limits.roth_catch_up_wages_usd or ZERO)
    for source in chosen:
        values = {"source": choice.name(source), "year": year, "wages": wages}
        if room.is_catch_up_roth and choice.kinds[source] in PRETAX_KINDS:
            yield Objection("CATCH_UP_MUST_BE_ROTH", MUST_BE_ROTH_SOURCE, values, source)
        elif rules.deferral.get("catch_up") is not True:
            yield Objection("RATE_NOT_PERMITTED", CATCH_UP_NOT_IN_PLAN, values, source)
        elif not room.catch_up_usd:
            yield Objection("RATE_NOT_PERMITTED", CATCH_UP_TOO_YOUNG, values, source)
    amount = choice.total(planned, CATCH_UP_KINDS)
    if chosen and room.catch_up_usd and amount > room.catch_up_usd:
        values = {"planned": dollars(amount), "year": year, "limit": dollars(room.catch_up_usd)}
        yield Objection("DEFERRAL_ABOVE_LIMIT", ABOVE_CATCH_UP, values)


def _year_objections(choice: Choice, planned: Mapping[str, Decimal], room: Room, limits: Limits) -> Iterator[Objection]:
    """What stands against the year's savings: 402(g) over pre-tax and Roth with catch-up on top; Roth-only catch-up."""
    total = choice.total(planned, ELECTIVE_KINDS)
    values = {"planned": dollars(total), "year": str(limits.year), "limit": dollars(room.most_usd)}
    if not _is_chosen(choice, ELECTIVE_KINDS):
        return
    if total > room.most_usd:
        yield Objection("DEFERRAL_ABOVE_LIMIT", ABOVE_ELECTIVE, values)
    # Roth savings of the same year count for the catch-up part (Treas. Reg. 1.414(v)-2), so that it is enough when
    # pre-tax savings stay within the limit without catch-up.
    elif room.is_catch_up_roth and choice.total(planned, PRETAX_KINDS) > room.elective_usd:
        wages = dollars(limits.roth_catch_up_wages_usd or ZERO)
        values |= {"wages": wages, "limit": dollars(room.elective_usd)}
        yield Objection("CATCH_UP_MUST_BE_ROTH", MUST_BE_ROTH, values)


def _addition_objections(
    choice: Choice, planned: Mapping[str, Decimal], room: Room, rules: Rules
) -> Iterator[Objection]:
    """What stands against the year's additions, 415(c): the person's without catch-up, after-tax, the employer's."""
    limits, pay = rules.limits, choice.saver.annual_pay_usd
    elective = choice.total(planned, ELECTIVE_KINDS)
    above = max(elective - room.elective_usd, choice.total(planned, CATCH_UP_KINDS), ZERO)
    own = elective - min(above, room.catch_up_usd) + choice.total(planned, frozenset({"aftertax"}))
    employer = choice.total(planned, EMPLOYER_KINDS) + _match_to_come(choice, rules)
    limit = min(limits.annual_additions_usd, pay or limits.annual_additions_usd)
    if own + employer > limit and _is_chosen(choice, SAVED_KINDS):
        values = {"planned": dollars(own + employer), "year": str(limits.year), "limit": dollars(limit)}
        yield Objection("DEFERRAL_ABOVE_LIMIT", ABOVE_ADDITIONS, values)


def _match_to_come(choice: Choice, rules: Rules) -> Decimal:
    """The employer's match for the paychecks that `planned_usd` counts; nothing where pay is not known."""
    saver = choice.saver
    if saver.annual_pay_usd is None:
        return ZERO
    percents = {source: percent_of_pay(rate, saver) or ZERO for source, rate in choice.rates.items()}
    percent = choice.total(percents, ELECTIVE_KINDS)
    most = rules.limits.compensation_usd
    year = match_of(tiers_of(rules.provisions), percent, saver.annual_pay_usd, compensation_usd=most)
    return year.captured_usd * paychecks_counted(saver, rules.today) / saver.paychecks_a_year


def _is_chosen(choice: Choice, kinds: frozenset[str]) -> bool:
    """Whether any rate of these kinds is above 0: whoever stops is never refused for what went in before."""
    return any(not rate.is_zero for source, rate in choice.rates.items() if choice.kinds.get(source) in kinds)


def _percent(deferral: Mapping[str, Any], name: str) -> Decimal | None:
    value = deferral.get(name)
    return None if value is None else Decimal(str(value))


def _shown_percent(percent: Decimal) -> str:
    """A reckoned percent with at most two decimals."""
    return percent_text(percent.quantize(Decimal("0.01")))
