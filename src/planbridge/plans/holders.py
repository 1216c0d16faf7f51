"""Who is touched when a fund changes: people, units and dollars."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class FundHolders:
    """The people who hold units of a fund or direct new money into it; `money_usd` None: the fund has no price."""

    people_count: int = 0
    units: Decimal = Decimal(0)
    money_usd: Decimal | None = None


Holders = Mapping[str, FundHolders]


def units_by_fund(holders: Holders) -> dict[str, Decimal]:
    """Units held of each fund that anybody holds."""
    return {fund: one.units for fund, one in holders.items() if one.units}
