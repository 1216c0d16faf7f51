"""A plan's own row, locked and written; on behalf of lifecycle and of what is written on its behalf."""

from planbridge.plans.plan import Plan


def lock_plan(plan: Plan) -> None:
    """Read a plan anew and keep everybody else from changing it until the transaction ends."""
    plan.refresh_from_db(from_queryset=Plan.objects.select_for_update())


def set_columns(plan: Plan, **values: object) -> None:
    """Set columns of a plan."""
    for name, value in values.items():
        setattr(plan, name, value)
    plan.save(update_fields=list(values))
