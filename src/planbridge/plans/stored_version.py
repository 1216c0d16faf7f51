"""A plan's stored versions read back as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from planbridge.plans.content import Content, content_hash, lineup_from_json
from planbridge.plans.edit import Edit, edits_from_json
from planbridge.plans.investment_paths import paths_from_json
from planbridge.plans.plan import Plan
from planbridge.plans.stored_terms import version_lineups
from planbridge.plans.terms import Lineup
from planbridge.plans.version import PlanVersion


@dataclass(frozen=True)
class StoredVersion:
    """A version: its content, what the recordkeeper said when it was made, and the edits laid over that."""

    number: int
    content: Content
    theirs: Lineup
    edits: dict[str, Edit]
    base_number: int | None
    made_by: str
    made_at: datetime
    activated_at: datetime | None
    activated_by: str
    rolled_back_to: int | None

    @property
    def content_hash(self) -> str:
        """The digest of its content."""
        return content_hash(self.content)


def stored_version(plan: Plan, number: int) -> StoredVersion:
    """One of a plan's versions, in three statements. Raises PlanVersion.DoesNotExist."""
    found = stored_versions(plan, [number]).get(number)
    if found is None:
        raise PlanVersion.DoesNotExist
    return found


def stored_versions(plan: Plan, numbers: Sequence[int]) -> dict[int, StoredVersion]:
    """Several of a plan's versions by number, in three statements however many; what is not there is left out."""
    rows = PlanVersion.objects.filter(plan_id=plan.id, number__in=list(numbers))
    lineups = version_lineups(plan, numbers)
    return {row.number: _version(row, lineups[row.number]) for row in rows}


def _version(row: PlanVersion, lineup: Lineup) -> StoredVersion:
    return StoredVersion(
        number=row.number,
        content=Content(lineup, paths_from_json(row.paths), row.mappings),
        theirs=lineup_from_json(row.recordkeeper_lineup),
        edits=edits_from_json(row.edits),
        base_number=row.base_number,
        made_by=row.made_by,
        made_at=row.made_at,
        activated_at=row.activated_at,
        activated_by=row.activated_by,
        rolled_back_to=row.rolled_back_to,
    )


def live_version(plan: Plan) -> StoredVersion | None:
    """The version that participants see (of a deactivated plan: that they would see again); None: there was never one."""
    return None if plan.live_version is None else stored_version(plan, plan.live_version)
