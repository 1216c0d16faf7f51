"""Rolling a plan back: an earlier version's content as a new version, live at once; written on behalf of lifecycle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils import timezone

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.activity.entry import Verb
from planbridge.activity.problem import Problem
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.activating import ActivationRefused, changes_detail, refuse_errors
from planbridge.plans.activation import Circumstances, check_activation
from planbridge.plans.activation_facts import NOTHING_HELD, ActivationFacts
from planbridge.plans.content import Content, lineup_as_json
from planbridge.plans.draft import (
    RECORDKEEPER,
    Draft,
    Making,
    draft_over,
    ground,
    latest_lineup,
    make_draft,
    next_number,
    write_version,
)
from planbridge.plans.draft_review import PlanActivationDate
from planbridge.plans.edit import MAPPINGS, Edit, edits_as_json
from planbridge.plans.holders import units_by_fund
from planbridge.plans.locking import lock_plan, set_columns
from planbridge.plans.overlay import value_at
from planbridge.plans.plan import Plan
from planbridge.plans.questionnaire import facts_of
from planbridge.plans.reviewing import content_moves
from planbridge.plans.rollback_request import (
    PlanRollbackRequest,
    rollback_problems,
    rollback_request,
    rollback_token,
)
from planbridge.plans.stored_version import StoredVersion, live_version, stored_version
from planbridge.plans.version import PlanVersion

REASON_CHARACTERS_MAX = 500


class RollbackRefused(ValueError):  # noqa: N818 - says what happened
    """The plan was not rolled back; the message says why."""


@dataclass(frozen=True)
class Rollback:
    """To which earlier version, why, and where the money of funds goes that the earlier version does not have."""

    number: int
    reason: str
    mappings: Mapping[str, str] = field(default_factory=dict)


def roll_back(
    plan: Plan, wanted: Rollback, *, seen: str, actor: str, facts: ActivationFacts = NOTHING_HELD
) -> StoredVersion:
    """Make a version that was active once the live one again, as a new version; answers that.

    What the recordkeeper says otherwise waits in a draft over it, and so do the edits of a draft that waited, and those
    that it took back. Raises RollbackRefused, ActivationRefused when the old content does not pass the checks or no other person asked for it
    where the plan needs that, and ChangedMeanwhile.
    """
    with transaction.atomic():
        reason, live, earlier, content = _read(plan, wanted, seen)
        _check(live, content, facts, rollback_problems(plan, wanted.number, wanted.mappings, actor=actor))
        asked = rollback_request(plan)
        draft = draft_over(plan, live)
        edits = {**earlier.edits, **_mapping_edits(plan, live, wanted, actor=actor)}
        number = next_number(plan)
        made = _write(plan, number, replace(earlier, content=content, edits=edits), actor=actor)
        _place_rest(plan, draft, made)
        detail = {
            "version": number,
            "previous": None if live is None else live.number,
            "rolled_back_to": earlier.number,
            "reason": reason,
            **({} if asked is None else {"asked_by": asked.asked_by}),
        } | changes_detail(content_moves(live.content if live else None, content))
        record_activity(Happening(Verb.ROLLED_BACK, actor, plan_id=plan.id, detail=detail))
    return made


def ask_for_rollback(
    plan: Plan, wanted: Rollback, *, seen: str, actor: str, facts: ActivationFacts = NOTHING_HELD
) -> PlanRollbackRequest:
    """Ask for a rollback that another person does, checked as if it were done now; one asked for before is replaced.

    Raises what roll_back raises, and RollbackRefused where the plan needs no second person.
    """
    with transaction.atomic():
        reason, live, _, content = _read(plan, wanted, seen)
        if not plan.needs_second_approver:
            raise RollbackRefused("This plan needs no second person: roll it back at once.")
        _check(live, content, facts, [])
        asked, _ = PlanRollbackRequest.objects.update_or_create(
            plan_id=plan.id,
            defaults={
                "number": wanted.number,
                "mappings": dict(wanted.mappings),
                "reason": reason,
                "token": seen,
                "asked_by": actor,
                "asked_at": timezone.now(),
            },
        )
        detail = {"rolled_back_to": wanted.number, "reason": reason, "mappings": dict(wanted.mappings)}
        record_activity(Happening(Verb.ROLLBACK_ASKED, actor, plan_id=plan.id, detail=detail))
    return asked


def _read(plan: Plan, wanted: Rollback, seen: str) -> tuple[str, StoredVersion | None, StoredVersion, Content]:
    """The reason, the live version, the earlier one and its content with the mappings, under the plan's lock."""
    reason = wanted.reason.strip()
    if not 0 < len(reason) <= REASON_CHARACTERS_MAX:
        raise RollbackRefused(f"A plan is rolled back with a reason of 1 to {REASON_CHARACTERS_MAX} characters.")
    lock_plan(plan)
    if seen != rollback_token(plan):
        raise ChangedMeanwhile
    live = live_version(plan)
    earlier = _earlier(plan, wanted.number, live)
    return reason, live, earlier, replace(earlier.content, mappings={**earlier.content.mappings, **wanted.mappings})


def _earlier(plan: Plan, number: int, live: StoredVersion | None) -> StoredVersion:
    """The version to go back to: one that participants saw once, and not the one they see."""
    if live is None:
        raise ActivationRefused([Problem("PLAN_NOT_SYNCED")])
    if number == live.number:
        raise RollbackRefused(f"Version {number} is the live one.")
    was_active = PlanVersion.objects.filter(plan_id=plan.id, number=number, activated_at__isnull=False).exists()
    if not was_active:
        raise RollbackRefused(f"Version {number} was never active.")
    return stored_version(plan, number)


def _check(live: StoredVersion | None, content: Content, facts: ActivationFacts, more: Sequence[Problem]) -> None:
    """Raises ActivationRefused with all that is wrong, `more` among it."""
    around = Circumstances(
        money_by_fund=units_by_fund(facts.holders),
        questionnaire=facts_of(content.paths.questionnaire_id),
        has_notifications=facts.has_notifications,
    )
    refuse_errors([*check_activation(live.content.lineup if live else None, content, around), *more])


def _mapping_edits(plan: Plan, live: StoredVersion | None, wanted: Rollback, *, actor: str) -> dict[str, Edit]:
    """The mappings that came with the rollback, as edits over what the recordkeeper says now."""
    underneath, at = ground(plan, latest_lineup(plan), live), timezone.now().isoformat()
    places = {f"{MAPPINGS}{fund}": successor for fund, successor in wanted.mappings.items()}
    return {place: Edit(value, value_at(underneath, place), actor, at) for place, value in places.items()}


def _write(plan: Plan, number: int, earlier: StoredVersion, *, actor: str) -> StoredVersion:
    """Write the new version with what the earlier one has, and point the plan at it."""
    now = timezone.now()
    sources = PlanVersion.objects.values_list("sources", flat=True).get(plan_id=plan.id, number=earlier.number)
    row = PlanVersion(
        sources=sources,
        made_by=actor,
        made_at=now,
        activated_at=now,
        activated_by=actor,
        rolled_back_to=earlier.number,
        recordkeeper_lineup=lineup_as_json(earlier.theirs),
        edits=edits_as_json(earlier.edits),
    )
    write_version(plan, number, earlier.content, row)
    PlanActivationDate.objects.filter(plan_id=plan.id).delete()
    PlanRollbackRequest.objects.filter(plan_id=plan.id).delete()
    set_columns(plan, live_version=number, deactivated_at=None, deactivated_reason="")
    return stored_version(plan, number)


def _place_rest(plan: Plan, draft: Draft | None, made: StoredVersion) -> None:
    """The draft over the version that is live now: the recordkeeper's latest lineup, and what waited of edits."""
    sources = PlanVersion.objects.values_list("sources", flat=True).get(plan_id=plan.id, number=made.number)
    if draft is None:
        making = Making(latest_lineup(plan), made.edits, RECORDKEEPER)
    else:
        making = Making(latest_lineup(plan), _waiting_edits(draft, made), draft.version.made_by)
    _, number = make_draft(plan, making, draft, made, (sources, timezone.now()))
    if plan.draft_version != number:
        set_columns(plan, draft_version=number)


def _waiting_edits(draft: Draft, made: StoredVersion) -> dict[str, Edit]:
    """The edits of the version that is live now, with what waited: the draft's own, less the live ones it took back."""
    before = draft.live.edits if draft.live else {}
    gone = {place for place in draft.taken_back if made.edits.get(place) == before[place]}
    return {place: edit for place, edit in made.edits.items() if place not in gone} | draft.own_edits
