"""Makes believable people of a plan, from census to loans and beneficiaries; the same seed makes the same people."""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from planbridge.simulator.amounts import (
    cents_of_holding,
    scaled,
    split_whole,
    text_of_cents,
    text_of_price,
    text_of_units,
    units_for,
)
from planbridge.simulator.names import FIRST_NAMES, LAST_NAMES, MIDDLE_NAMES, STREETS, TOWNS
from planbridge.simulator.plans import FIRST_PLAN_NUMBER, Document

_SSN_GROUPS, _SSN_SERIALS = 99, 9999
_LEAP_YEARS = (1952, 1956, 1960, 1964, 1968, 1972, 1976, 1980, 1984, 1988, 1992, 1996, 2000, 2004)
_LEAP_DAY_EVERY = 97
_GENDERS = ("F", "F", "F", "F", "M", "M", "M", "M", "X", "U")
_MARITAL = ("single", "single", "married", "married", "married", "divorced", "widowed", "separated", "unknown")
_FREQUENCIES = ("biweekly", "biweekly", "biweekly", "weekly", "semimonthly", "monthly")
_SPLITS = ([100], [60, 40], [50, 30, 20], [40, 30, 20, 10], [34, 33, 33])
_SLUGS: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What making a person needs to know of the plan, taken from its document once."""

    plan_number: int
    day: date
    prices: dict[str, int]
    core_funds: list[str]
    default_ranges: list[tuple[str, int]]
    has_rollover: bool
    schedule: list[tuple[int, str]]
    loans_maximum: int
    service_months: int


def terms_of(plan: Document, day: date) -> PlanTerms:
    """Return the terms by which people of a plan are made, as of a day."""
    funds = [fund for fund in plan["lineup"]["funds"] if fund["status"] == "open"]
    return PlanTerms(
        plan_number=int(plan["plan_id"]) - FIRST_PLAN_NUMBER,
        day=day,
        prices={fund["fund"]: scaled(fund["price"], 4) for fund in funds},
        core_funds=[fund["fund"] for fund in funds if fund["asset_class"] != "target_date"],
        default_ranges=[(item["fund"], item["retirement_to"] or 9999) for item in plan["lineup"]["default_investment"]],
        has_rollover=any(source["kind"] == "rollover" for source in plan["sources"]),
        schedule=[(years, percent) for years, percent in plan["provisions"]["vesting"][0]["schedule"]],
        loans_maximum=plan["provisions"]["loans"]["maximum"],
        service_months=plan["provisions"]["eligibility"]["service_months"],
    )


def participant_id(plan_id: str, number: int) -> str:
    """Return the id of a plan's person by number, counted from 1."""
    return f"{plan_id}-{number:06d}"


def make_person(terms: PlanTerms, number: int, random: Random, *, newly_hired: bool = False) -> Document:
    """Return the document of a plan's person by number (from 1); the newly hired start today, without money."""
    birth = _birth_date(random, number, terms.day.year)
    spells, status = _career(random, birth, terms.day, newly_hired=newly_hired)
    hire = spells[0][0]
    is_working = spells[-1][1] is None
    can_save = status in {"active", "leave", "terminated", "retired", "deceased"} and not newly_hired
    pay_cents = random.randrange(2_400_000, 14_000_000) + random.randrange(100)
    marital = random.choice(_MARITAL)
    person = _census(terms, number, random)
    rates = _rates(random) if is_working and can_save else []
    allocations = _allocations(terms, random, birth.year) if can_save else []
    has_money = can_save and (is_working or random.random() < 0.7)
    service_years = (terms.day - hire).days // 365
    entry = _first_of_next_month(hire + timedelta(days=terms.service_months * 30 + 1))
    is_entered = can_save and entry <= (spells[0][1] or terms.day)
    person.update(
        birth_date=birth.isoformat(),
        marital_status=marital,
        employment=[
            {"hire_date": start.isoformat(), "termination_date": end.isoformat() if end else None}
            for start, end in spells
        ],
        status=status,
        annual_compensation=text_of_cents(pay_cents),
        hours_ytd=f"{random.randrange(60, 2080) if is_working else 0}.{random.choice('05')}",
        eligibility_date=entry.isoformat() if is_entered else None,
        entry_date=entry.isoformat() if is_entered else None,
        prior_year_fica_wages=text_of_cents(pay_cents * 96 // 100) if service_years else None,
        contribution_rates=rates,
        allocations=allocations,
        balances=_balances(terms, random, allocations, pay_cents * min(service_years, 25) // 20) if has_money else [],
        vesting=[{"source": "MATCH", "percent": vested_percent(terms.schedule, service_years)}] if can_save else [],
        loans=_loans(terms, random) if has_money and is_working and service_years else [],
        beneficiaries=_beneficiaries(random, marital, person["last_name"]) if can_save else [],
        ytd=_year_to_date(rates, pay_cents, terms.day.month),
    )
    return person


def vested_percent(schedule: list[tuple[int, str]], service_years: int) -> str:
    """Return the vested percent after whole years of service, by a schedule of rising years."""
    percent = "0"
    for years, reached in schedule:
        if service_years >= years:
            percent = reached
    return percent


def _census(terms: PlanTerms, number: int, random: Random) -> Document:
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    # A stride per plan keeps SSNs unique within a plan of up to 989,901 people and mostly different between plans.
    ordinal = (terms.plan_number * 7919 + number) % (_SSN_GROUPS * _SSN_SERIALS)
    town, state, zip_start = random.choice(TOWNS)
    house = random.randrange(1, 999)
    return {
        "participant_id": participant_id(str(terms.plan_number + FIRST_PLAN_NUMBER), number),
        "ssn": f"900-{ordinal // _SSN_SERIALS + 1:02d}-{ordinal % _SSN_SERIALS + 1:04d}",
        "first_name": first,
        "middle_name": random.choice(MIDDLE_NAMES),
        "last_name": last,
        "birth_date": None,
        "gender": random.choice(_GENDERS),
        "marital_status": None,
        "email": f"{_slug(first)}.{_slug(last)}.{number}@example.test",
        "phone": f"+1-555-555-01{number % 100:02d}",
        "address": {
            "line1": f"{house} {random.choice(STREETS)}" + (f', Apt "{number % 40}"' if number % 7 == 0 else ""),
            "line2": None,
            "city": town,
            "state": state,
            "zip": f"{zip_start}{house % 100:02d}",
            "country": "US",
        },
        "employment": [],
        "status": None,
        "pay_frequency": random.choice(_FREQUENCIES),
    }


def _slug(name: str) -> str:
    if name not in _SLUGS:
        plain = unicodedata.normalize("NFKD", name.replace("ø", "o").replace("ß", "ss").replace("Ł", "L"))
        _SLUGS[name] = "".join(letter for letter in plain.lower() if letter.isascii() and letter.isalnum())
    return _SLUGS[name]


def _birth_date(random: Random, number: int, year: int) -> date:
    if number % _LEAP_DAY_EVERY == 5:
        return date(random.choice(_LEAP_YEARS), 2, 29)
    return date(year - random.randrange(20, 72), random.randint(1, 12), random.randint(1, 28))


def _career(
    random: Random, birth: date, today: date, *, newly_hired: bool
) -> tuple[list[tuple[date, date | None]], str]:
    """Return the employment spells and the status: at most two spells, of which the second is open."""
    if newly_hired:
        return [(today, None)], "active"
    draw = random.random()
    if draw < 0.03:
        return [(today - timedelta(days=random.randrange(1, 25)), None)], "ineligible"
    adult_days = (today - birth).days - 18 * 366
    hire = today - timedelta(days=random.randrange(400, max(401, min(adult_days, 30 * 365))))
    length = (today - hire).days
    left = hire + timedelta(days=random.randrange(90, length - 30))
    if draw < 0.15:
        return [(hire, left)], "terminated"
    if draw < 0.17:
        return [(hire, left)], "retired" if today.year - birth.year >= 58 else "terminated"
    if draw < 0.18:
        return [(hire, left)], "deceased"
    if draw < 0.23:
        back = left + timedelta(days=random.randrange(30, max(31, (today - left).days)))
        return [(hire, left), (min(back, today), None)], "active"
    return [(hire, None)], "leave" if draw > 0.97 else "active"


def _first_of_next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _rates(random: Random) -> list[Document]:
    draw = random.random()
    percent = {
        "source": "PRE",
        "percent": random.choice(("1", "3", "4", "5", "6", "6.5", "8", "10", "15")),
        "amount": None,
    }
    if draw < 0.55:
        return [percent]
    roth = {"source": "ROTH", "percent": None, "amount": f"{random.randrange(10, 200)}.00"}
    if draw < 0.75:
        return [percent, roth]
    if draw < 0.9:
        return [{"source": "ROTH", "percent": random.choice(("2", "5", "7.25")), "amount": None}]
    return []


def _allocations(terms: PlanTerms, random: Random, birth_year: int) -> list[Document]:
    if random.random() < 0.6:
        retirement = birth_year + 65
        funds = [next(fund for fund, last_year in terms.default_ranges if retirement <= last_year)]
        percents = [100]
    else:
        percents = random.choice(_SPLITS[1:])[: len(terms.core_funds)]
        percents = percents if sum(percents) == 100 else [100]
        funds = random.sample(terms.core_funds, len(percents))
    return [
        {"source": source, "fund": fund, "percent": str(percent)}
        for source in ("PRE", "ROTH", "MATCH")
        for fund, percent in zip(funds, percents, strict=True)
    ]


def _balances(terms: PlanTerms, random: Random, allocations: list[Document], saved_cents: int) -> list[Document]:
    """Return positions worth about the sum saved, spread over sources (pre-tax most) and the elected funds."""
    total = saved_cents * random.randrange(40, 160) // 100 + random.randrange(10_000, 90_000)
    shares = {"PRE": total * 3 // 5, "ROTH": total // 10 if random.random() < 0.4 else 0, "MATCH": total * 3 // 10}
    funds = [item["fund"] for item in allocations if item["source"] == "PRE"]
    percents = [int(item["percent"]) for item in allocations if item["source"] == "PRE"]
    positions = [
        (source, fund, cents)
        for source, share in shares.items()
        if share
        for fund, cents in zip(funds, split_whole(share, percents), strict=True)
    ]
    if terms.has_rollover and random.random() < 0.15:
        positions.append(("ROLLOVER", funds[0], random.randrange(100_000, 9_000_000)))
    price_date = terms.day.isoformat()
    return [
        make_balance((source, fund), units_for(cents, terms.prices[fund]), terms.prices[fund], price_date)
        for source, fund, cents in positions
    ]


def make_balance(key: tuple[str, str], units: int, price: int, price_date: str) -> Document:
    """Return the position of a source and fund: units in millionths, price in ten-thousandths of a dollar."""
    return {
        "source": key[0],
        "fund": key[1],
        "units": text_of_units(units),
        "price": text_of_price(price),
        "market_value": text_of_cents(cents_of_holding(units, price)),
        "price_date": price_date,
    }


def _loans(terms: PlanTerms, random: Random) -> list[Document]:
    count = 0 if random.random() < 0.9 else random.randint(1, terms.loans_maximum)
    loans = []
    for number in range(1, count + 1):
        amount = random.randrange(100_000, 2_500_000)
        start = terms.day - timedelta(days=random.randrange(30, 1000))
        start = start.replace(day=min(start.day, 28))
        loans.append(
            {
                "loan_id": str(number),
                "type": "general",
                "origination_date": start.isoformat(),
                "original_amount": text_of_cents(amount),
                "balance": text_of_cents(amount * random.randrange(45, 98) // 100),
                "payment": text_of_cents(amount * 11 // 10 // 130),
                "frequency": "biweekly",
                "rate": random.choice(("7.5", "8.5", "9")),
                "maturity_date": start.replace(year=start.year + 5).isoformat(),
                "status": "current",
            }
        )
    return loans


def _beneficiaries(random: Random, marital: str, last_name: str) -> list[Document]:
    if random.random() < 0.3:
        return []
    relationship = "spouse" if marital == "married" else random.choice(("parent", "sibling", "child", "other"))
    named = [("primary", relationship, "100")]
    if marital != "married" and random.random() < 0.3:
        named = [("primary", relationship, "66.67"), ("primary", "other", "33.33")]
    if random.random() < 0.25:
        named += [("contingent", "child", "50"), ("contingent", "child", "50")]
    return [
        {
            "class": kind,
            "name": f"{random.choice(FIRST_NAMES)} {last_name}",
            "relationship": relation,
            "percent": percent,
        }
        for kind, relation, percent in named
    ]


def _year_to_date(rates: list[Document], pay_cents: int, month: int) -> list[Document]:
    earned = pay_cents * month // 13
    amounts = [
        (
            rate["source"],
            earned * scaled(rate["percent"], 2) // 10_000 if rate["percent"] else scaled(rate["amount"], 2) * 2 * month,
        )
        for rate in rates
    ]
    if amounts:
        amounts.append(("MATCH", min(earned * 4 // 100, sum(cents for _, cents in amounts))))
    return [{"source": source, "amount": text_of_cents(cents)} for source, cents in amounts]
