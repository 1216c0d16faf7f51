"""Changes of one plan's lineup by command: a fund renamed or left without successor, the years of the default moved."""

from planbridge.simulator.plan_changes import ChangeRefusedError, Result
from planbridge.simulator.plans import Document
from planbridge.simulator.recordkeeper import Recordkeeper

_YEAR_MIN, _YEAR_MAX = 1900, 2200


def rename_fund(keeper: Recordkeeper, plan_id: str, *, fund: str | None, name: str | None) -> Result:
    """Give a fund (by default the first) another name; raises ChangeRefusedError for an empty or the same one."""
    plan = keeper.plan(plan_id)
    chosen = _fund(plan, fund)
    before, after = chosen["name"], (name or "").strip()
    if after in {"", before}:
        message = f"a name other than {before} is needed"
        raise ChangeRefusedError(message)
    chosen["name"] = after
    _write(keeper, plan)
    return {"plan_id": plan_id, "fund": chosen["fund"], "from": before, "to": after}


def remove_fund(keeper: Recordkeeper, plan_id: str, *, fund: str | None) -> Result:
    """Close a fund (by default the last open one) and name no successor; the people's money stays in it.

    Raises ChangeRefusedError for a fund that is not open, or is in the default investment.
    """
    plan = keeper.plan(plan_id)
    defaults = {item["fund"] for item in plan["lineup"]["default_investment"]}
    funds = [item for item in plan["lineup"]["funds"] if item["status"] == "open" and item["fund"] not in defaults]
    fits = [item for item in funds if fund in {None, item["fund"]}]
    if not fits:
        message = f"no open fund to remove: {fund or 'any'}"
        raise ChangeRefusedError(message)
    fits[-1].update(status="closed", mapped_to=None)
    _write(keeper, plan)
    return {"plan_id": plan_id, "removed": fits[-1]["fund"]}


def move_default_years(keeper: Recordkeeper, plan_id: str, years: int) -> Result:
    """Move the retirement years of all default funds by so many, earlier if negative; open ends stay open."""
    plan = keeper.plan(plan_id)
    ranges = plan["lineup"]["default_investment"]
    moved = [(item, end) for item in ranges for end in ("retirement_from", "retirement_to") if item[end] is not None]
    if not years or not moved or any(not _YEAR_MIN <= item[end] + years <= _YEAR_MAX for item, end in moved):
        message = f"no default fund has years that can move by {years}"
        raise ChangeRefusedError(message)
    for item, end in moved:
        item[end] += years
    _write(keeper, plan)
    return {"plan_id": plan_id, "default_investment": ranges}


def _fund(plan: Document, code: str | None) -> Document:
    """The fund of a code; the first without one."""
    fund: Document | None = next((one for one in plan["lineup"]["funds"] if code in {None, one["fund"]}), None)
    if fund is None:
        message = f"no fund {code} in plan {plan['plan_id']}"
        raise ChangeRefusedError(message)
    return fund


def _write(keeper: Recordkeeper, plan: Document) -> None:
    """Store the plan with its lineup effective today."""
    with keeper.change() as change:
        plan["lineup"]["effective_date"] = change.day.isoformat()
        keeper.write_plan(change, plan)
