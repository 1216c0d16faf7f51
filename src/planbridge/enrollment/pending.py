"""What is on its way to the recordkeeper, laid over what is held: the elections as they will be."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from planbridge.enrollment.elections import Heir, HeirClass
from planbridge.enrollment.saver import ZERO, Rate
from planbridge.enrollment.wishes import Elections
from planbridge.sync.submission_wish import WishKind

Body = Mapping[str, Any]  # Any: JSON values


def with_pending(held: Elections, pending: Iterable[tuple[str, str, Body]]) -> Elections:
    """Elections after all that was asked for (kind, source, body), in its order; moved money and names are none of them."""
    standing = held
    for kind, source, body in pending:
        match kind:
            case WishKind.CONTRIBUTION_RATE:
                standing = replace(standing, rates={**standing.rates, source: rate_asked(body)}, is_opted_out=False)
            case WishKind.OPT_OUT:
                standing = replace(standing, rates=dict.fromkeys(standing.rates, Rate(percent=ZERO)), is_opted_out=True)
            case WishKind.ALLOCATION:
                asked = {one["fund"]: Decimal(one["percent"]) for one in body["allocations"]}
                standing = replace(standing, allocations={**standing.allocations, source: asked})
            case WishKind.BENEFICIARIES:
                standing = replace(standing, heirs=tuple(heir_asked(one) for one in body["beneficiaries"]))
    return standing


def rate_asked(body: Body) -> Rate:
    """The rate of a submission's body."""
    percent, amount = body.get("percent"), body.get("amount")
    return Rate(None if percent is None else Decimal(percent), None if amount is None else Decimal(amount))


def heir_asked(one: Body) -> Heir:
    """A beneficiary of a submission's body."""
    return Heir(HeirClass(one["class"]), one["name"], one["relationship"], Decimal(one["percent"]))
