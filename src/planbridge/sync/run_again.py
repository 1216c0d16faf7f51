"""Run again: asks for the same sync once more, once for however many clicks."""

from uuid import UUID

from django.db import transaction

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.plans.models import Plan
from planbridge.sync.decide import locked_run, refuse_unless
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.run import FINISHED, RunKind
from planbridge.sync.run_standing import standing_of


def run_again(run_id: UUID, *, seen: str, actor: str) -> UUID:
    """Ask for what a run that ended was asked for; answers the new run.

    `seen`: the newest run of its plan and kind when that was asked. Raises ChangedMeanwhile when there is a newer one
    by now (somebody was faster, or clicked twice), DecisionRefused when the run has not ended.
    """
    with transaction.atomic():
        run = locked_run(run_id)
        refuse_unless(run, *FINISHED, what="run again")
        if seen != str(standing_of(run).newest_run):
            raise ChangedMeanwhile
        plan = Plan.objects.select_related("connection").get(pk=run.plan_id)
        asked = SyncOptions(run.is_full, run.is_dry_run, tuple(run.participants))
        ((_, new),) = request_syncs([plan], RunKind(run.kind), actor=actor, options=asked)
    return new
