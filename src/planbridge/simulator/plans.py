"""Makes believable plans, a target-date series in each lineup; the same seed makes the same plan."""

from datetime import date
from random import Random
from typing import Any

from planbridge.simulator.amounts import text_of_price
from planbridge.simulator.names import (
    EMPLOYER_ENDINGS,
    EMPLOYER_FIRST_WORDS,
    EMPLOYER_SECOND_WORDS,
    FIRST_NAMES,
)

# A plan or participant document as the Recordkeeper API shows it; its shape is the contract's, so its values are Any.
Document = dict[str, Any]

FIRST_PLAN_NUMBER = 910_001
TARGET_YEARS = tuple(range(2025, 2070, 5))
# Fund code, name, asset class, expense percent.
_CORE_FUNDS = (
    ("LC500", "Large Company Index Fund", "us_equity", "0.02"),
    ("BOND1", "Total Bond Index Fund", "bond", "0.04"),
    ("INTL1", "International Index Fund", "international_equity", "0.06"),
    ("STBL1", "Stable Value Fund", "stable_value", "0.25"),
)
_OTHER_FUNDS = (
    ("MIDC1", "Mid-Cap Growth Fund", "us_equity", "0.61"),
    ("SMLV1", "Small-Cap Value Fund", "us_equity", "0.74"),
    ("EMRG1", "Emerging Markets Fund", "international_equity", "0.88"),
    ("REIT1", "Real Estate Securities Fund", "real_estate", "0.55"),
    ("BALN1", "Balanced Fund", "balanced", "0.38"),
    ("TIPS1", "Inflation-Protected Bond Fund", "bond", "0.09"),
    ("MMKT1", "Government Money Market Fund", "money_market", "0.18"),
)
_MATCHES = (
    ([("3", "100"), ("2", "50")], "basic"),
    ([("4", "100")], None),
    ([("6", "50")], None),
    ([("1", "100"), ("5", "50")], None),
)
_SCHEDULES = (
    [[1, "20"], [2, "40"], [3, "60"], [4, "80"], [5, "100"]],
    [[2, "20"], [3, "40"], [4, "60"], [5, "80"], [6, "100"]],
    [[3, "100"]],
)


def make_plan(seed: int, position: int, *, day: date, time: str) -> Document:
    """Return the plan document at a position (from 0) of the recordkeeper's list, priced on a business day."""
    random = Random(f"{seed}:plan:{position}")  # noqa: S311 - repeatable data, not a secret
    plan_id = str(FIRST_PLAN_NUMBER + position)
    employer = _employer_name(position)
    return {
        "plan_id": plan_id,
        "revision": "r1",
        "as_of": time,
        "name": f"{employer} 401(k) Plan",
        "type": "401k",
        "plan_number": "001",
        "year_end": random.choice(("12-31", "12-31", "12-31", "06-30")),
        "status": "active",
        "employer": {
            "name": f"{employer} {random.choice(EMPLOYER_ENDINGS)}",
            "ein": f"00-{1_000_000 + position:07d}",
            "phone": f"+1-555-555-01{position % 100:02d}",
        },
        "contacts": _contacts(random, position),
        "provisions": _provisions(random),
        "sources": _sources(random),
        "lineup": _lineup(seed, random, day),
    }


def price_at_start(seed: int, fund: str) -> int:
    """Return a fund's first price in ten-thousandths of a dollar; a fund costs the same in every plan."""
    return Random(f"{seed}:price:{fund}").randrange(80_000, 900_000)  # noqa: S311 - repeatable data


def make_fund(seed: int, facts: tuple[str, str, str, str], *, day: date, price: int | None = None) -> Document:
    """Return one fund of a lineup from its code, name, asset class and expense percent."""
    code, name, asset_class, expense = facts
    number = sum(ord(letter) * 31**place for place, letter in enumerate(code)) % 100_000
    letters = "".join(chr(65 + number // 26**place % 26) for place in range(3))
    return {
        "fund": code,
        "name": name,
        "ticker": f"{letters}QX",
        "cusip": _with_check_digit(f"99A{number:05d}"),
        "asset_class": asset_class,
        "expense_percent": expense,
        "price": text_of_price(price if price is not None else price_at_start(seed, code)),
        "price_date": day.isoformat(),
        "status": "open",
        "mapped_to": None,
    }


def _employer_name(position: int) -> str:
    first = EMPLOYER_FIRST_WORDS[position % len(EMPLOYER_FIRST_WORDS)]
    second = EMPLOYER_SECOND_WORDS[position % len(EMPLOYER_SECOND_WORDS)]
    # The two lists have coprime lengths, so that names repeat only after all pairs; then a number keeps them apart.
    again = position // (len(EMPLOYER_FIRST_WORDS) * len(EMPLOYER_SECOND_WORDS))
    return f"{first} {second}" + (f" {again + 1}" if again else "")


def _contacts(random: Random, position: int) -> list[Document]:
    roles = ["primary", *random.sample(("administrator", "sponsor", "advisor", "trustee"), random.randint(1, 2))]
    return [
        {
            "role": role,
            "name": f"{random.choice(FIRST_NAMES)} Byron",
            "email": f"{role}.{position}@example.test",
            "phone": f"+1-555-555-01{random.randrange(100):02d}",
        }
        for role in roles
    ]


def _provisions(random: Random) -> Document:
    tiers, safe_harbor = random.choice(_MATCHES)
    return {
        "eligibility": {
            "minimum_age": random.choice((18, 21)),
            "service_months": random.choice((0, 1, 3, 6, 12)),
            "entry": random.choice(("monthly", "quarterly")),
        },
        "deferral": {
            "minimum_percent": "1",
            "maximum_percent": random.choice(("50", "75", "80", "90")),
            "roth": True,
            "aftertax": False,
            "catch_up": True,
            "super_catch_up": random.random() < 0.5,
            "change_frequency": random.choice(("anytime", "monthly", "quarterly")),
        },
        "match": {
            "tiers": [{"contribution_percent": pay, "match_percent": rate} for pay, rate in tiers],
            "safe_harbor": safe_harbor,
        },
        "auto_enroll": random.choice((None, {"percent": "6", "increase_percent": "1", "cap_percent": "10"})),
        "vesting": [{"group": "employer", "schedule": random.choice(_SCHEDULES)}],
        "loans": {"permitted": True, "maximum": random.choice((1, 2))},
        "balance_transfer": True,
        "spousal_consent": True,
    }


def _sources(random: Random) -> list[Document]:
    sources: list[Document] = [
        {"source": "PRE", "name": "Employee pre-tax", "kind": "pretax", "vesting_group": None},
        {"source": "ROTH", "name": "Employee Roth", "kind": "roth", "vesting_group": None},
        {"source": "MATCH", "name": "Employer match", "kind": "match", "vesting_group": "employer"},
    ]
    if random.random() < 0.6:
        sources.append({"source": "ROLLOVER", "name": "Rollover", "kind": "rollover", "vesting_group": None})
    return sources


def _lineup(seed: int, random: Random, day: date) -> Document:
    years = TARGET_YEARS[random.randrange(2) : len(TARGET_YEARS) - random.randrange(2)]
    series = [(f"TD{year % 100}", f"Target {year} Fund", "target_date", "0.12") for year in years]
    facts = [*series, *_CORE_FUNDS, *random.sample(_OTHER_FUNDS, random.randint(1, len(_OTHER_FUNDS)))]
    return {
        "effective_date": f"{day.year - 1}-07-01",
        "funds": [make_fund(seed, fund, day=day) for fund in facts],
        "default_investment": [
            {
                "fund": f"TD{year % 100}",
                "retirement_from": None if year == years[0] else year - 2,
                "retirement_to": None if year == years[-1] else year + 2,
            }
            for year in years
        ],
    }


def _with_check_digit(eight: str) -> str:
    """Return a CUSIP with its check digit: double every second character's value, add all digits, complement to ten."""
    total = 0
    for place, letter in enumerate(eight):
        number = int(letter, 36) * (2 if place % 2 else 1)
        total += number // 10 + number % 10
    return f"{eight}{-total % 10}"
