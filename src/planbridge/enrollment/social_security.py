"""An estimate of somebody's Social Security benefit from today's pay alone: the official formula, much simplified."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from planbridge.enrollment.objection import CENT, gettext_noop
from planbridge.enrollment.saver import ZERO

FIRST_CLAIM_AGE, LAST_CLAIM_AGE = 62, 70
FIRST_WORKING_AGE, YEARS_COUNTED = 22, 35
DIME = Decimal("0.1")
# 42 U.S.C. 415(a)(1)(A): what of the average monthly pay is paid below, between and above the bend points.
SHARES = (Decimal("0.90"), Decimal("0.32"), Decimal("0.15"))
# 42 U.S.C. 402(q) and (w): off for each of the first 36 months before full age, for each month before those, on after.
EARLY, EARLIER, LATE = Decimal(5) / 900, Decimal(5) / 1200, Decimal(2) / 300
EARLY_MONTHS = 36
FIRST_BORN_67, LAST_BORN_66 = 1960, 1954
ASSUMED = gettext_noop(
    "Social Security is a rough estimate. We assume that you have earned about what you earn today, in today's dollars, "
    "every year from age 22, and that today's rules stay. Your own record is at ssa.gov."
)


@dataclass(frozen=True)
class BendPoints:
    """The two bend points of a year, monthly dollars, and where they were published."""

    year: int
    first_usd: Decimal
    second_usd: Decimal
    source: str


def social_security_usd(
    annual_pay_usd: Decimal, birth_year: int, claim_age: int, *, points: BendPoints, wage_base_usd: Decimal
) -> Decimal:
    """The benefit a month in today's dollars, in cents, from the age of claiming on.

    Pay counts up to the wage base, as if earned each year from 22 to that age, 35 years at most. Whoever stops before
    62 claims at 62 and has worked to the age given; after 70 nothing is added for waiting.
    """
    years = max(0, min(YEARS_COUNTED, claim_age - FIRST_WORKING_AGE))
    average = min(annual_pay_usd, wage_base_usd) * years / YEARS_COUNTED / 12
    average = average.to_integral_value(ROUND_DOWN)
    first = min(average, points.first_usd)
    second = max(ZERO, min(average, points.second_usd) - points.first_usd)
    third = max(ZERO, average - points.second_usd)
    full = sum((share * part for share, part in zip(SHARES, (first, second, third), strict=True)), ZERO)
    claimed = min(max(claim_age, FIRST_CLAIM_AGE), LAST_CLAIM_AGE)
    months = claimed * 12 - full_age_months(birth_year)
    return (full.quantize(DIME, ROUND_DOWN) * _factor(months)).quantize(CENT, ROUND_HALF_UP)


def full_age_months(birth_year: int) -> int:
    """The full retirement age in months: 66 for those born until 1954, two months more a year, 67 from 1960 on.

    Those born before 1943 are past 70, where it no longer matters.
    """
    return 66 * 12 + 2 * max(0, min(birth_year, FIRST_BORN_67) - LAST_BORN_66)


def _factor(months: int) -> Decimal:
    """What claiming so many months after (below 0: before) the full age makes of the benefit."""
    if months >= 0:
        return 1 + LATE * months
    early = -months
    return 1 - EARLY * min(early, EARLY_MONTHS) - EARLIER * max(0, early - EARLY_MONTHS)
