"""How a run over many plans is spread within its window: pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

# Few enough to spare a recordkeeper, many enough that a part pays its reading.
PLANS_A_PART = 50


@dataclass(frozen=True)
class SpreadPlan:
    """A plan to be spread; a connection that is read whole (a drop folder) is never taken apart."""

    plan_id: int
    connection_id: int
    is_read_whole: bool


def spread(plans: Iterable[SpreadPlan], window_minutes: int) -> dict[int, list[int]]:
    """Plan ids by the minute of the window at which their syncs begin, ascending.

    Each connection's plans are divided evenly over parts of about PLANS_A_PART, at most one a minute; all connections
    begin at minute 0, so that a recordkeeper's people are not kept waiting for another's.
    """
    minutes: dict[int, list[int]] = {}
    ordered = sorted(plans, key=lambda plan: (plan.connection_id, plan.plan_id))
    for _, group in groupby(ordered, key=lambda plan: plan.connection_id):
        own = list(group)
        wanted = 1 if own[0].is_read_whole else -(-len(own) // PLANS_A_PART)
        parts = max(1, min(wanted, window_minutes))
        for number in range(parts):
            share = own[number * len(own) // parts : (number + 1) * len(own) // parts]
            minutes.setdefault(number * window_minutes // parts, []).extend(plan.plan_id for plan in share)
    return dict(sorted(minutes.items()))
