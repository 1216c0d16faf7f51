"""Limits of coming years for tests that go by today's date: what they check shall hold on the first of January too."""

from datetime import date
from pathlib import Path

from planbridge.enrollment.limits import known_limits

# The numbers of the last year that is shipped, as an operator would add them for a year that the law has not given yet.
YEAR = """
[{year}]
source = "Example for tests"
elective_deferral_usd = 24500
catch_up_usd = 8000
catch_up_60_63_usd = 11250
annual_additions_usd = 72000
compensation_usd = 360000
highly_compensated_usd = 160000
roth_catch_up_wages_usd = 150000
wage_base_usd = 184500
"""


def write_coming_years(file: Path) -> None:
    """Write an operator's file with this year and the next where the product ships no limits of them."""
    this_year = date.today().year  # noqa: DTZ011 - any zone's year is among the two
    missing = [year for year in range(this_year - 1, this_year + 2) if year not in known_limits()]
    file.write_text("".join(YEAR.format(year=year) for year in missing))
