"""The draft of a plan: what waits for a person, and how it is made anew; written on behalf of lifecycle alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Max

from planbridge.activity.conflict import version_of
from planbridge.plans.changes import lineup_digest
from planbridge.plans.content import Content, content_hash, lineup_as_json
from planbridge.plans.draft_review import PlanActivationDate, PlanApproval, PlanComment, PlanDecision, PlanReview
from planbridge.plans.edit import Edit, edits_as_json
from planbridge.plans.field_state import recordkeeper_terms
from planbridge.plans.investment_paths import paths_as_json
from planbridge.plans.overlay import Conflict, Laid, lay_over, underneath_of
from planbridge.plans.plan import Plan
from planbridge.plans.stored_version import StoredVersion, live_version, stored_version, stored_versions
from planbridge.plans.terms import Lineup
from planbridge.plans.version import PlanVersion, VersionDefaultInvestment, VersionFund

RECORDKEEPER = "recordkeeper"  # who made a draft that a Plan Sync opened


@dataclass(frozen=True)
class Draft:
    """What waits: the version, what lies under its edits, the conflicts to decide, and the version that is live."""

    version: StoredVersion
    underneath: Content
    conflicts: tuple[Conflict, ...]
    live: StoredVersion | None

    @property
    def number(self) -> int:
        """Its version number, which it keeps while it waits."""
        return self.version.number

    @property
    def content(self) -> Content:
        """What participants would see."""
        return self.version.content

    @property
    def own_edits(self) -> dict[str, Edit]:
        """The edits that the live version does not have."""
        carried = self.live.edits if self.live else {}
        return {place: edit for place, edit in self.version.edits.items() if carried.get(place) != edit}

    @property
    def taken_back(self) -> set[str]:
        """The places of the live version's edits that the draft does not have any more."""
        return set() if self.live is None else self.live.edits.keys() - self.version.edits.keys()

    @property
    def can_be_discarded(self) -> bool:
        """Whether there is anything of a person's to discard: a draft made by hand, an edit, or one taken back."""
        return self.version.made_by != RECORDKEEPER or bool(self.own_edits or self.taken_back)

    @property
    def token(self) -> str:
        """The token of all that is reviewed: the content, the conflicts, and the version that it would replace."""
        conflicts = [[one.place, one.ours, one.theirs] for one in self.conflicts]
        live = None if self.live is None else self.live.number
        return version_of(self.number, live, self.version.content_hash, conflicts)


@dataclass(frozen=True)
class Making:
    """A draft to be made: the recordkeeper's lineup, the edits over it, and by whom the draft is (of several: first)."""

    theirs: Lineup
    edits: Mapping[str, Edit]
    made_by: str


@dataclass(frozen=True)
class Placed:
    """The number of the draft that waits after placing (None: none does), and whether it was touched."""

    draft_version: int | None
    is_changed: bool
    live: StoredVersion | None


def waiting_draft(plan: Plan) -> Draft | None:
    """The draft that waits, read together with the live version; None when none does."""
    if plan.draft_version is None:
        return None
    found = stored_versions(plan, [one for one in (plan.draft_version, plan.live_version) if one is not None])
    return _draft(plan, found[plan.draft_version], None if plan.live_version is None else found[plan.live_version])


def draft_over(plan: Plan, live: StoredVersion | None) -> Draft | None:
    """The draft that waits, given the live version."""
    return None if plan.draft_version is None else _draft(plan, stored_version(plan, plan.draft_version), live)


def _draft(plan: Plan, version: StoredVersion, live: StoredVersion | None) -> Draft:
    underneath = ground(plan, version.theirs, live)
    return Draft(version, underneath, lay_over(underneath, version.edits).conflicts, live)


def ground(plan: Plan, theirs: Lineup, live: StoredVersion | None) -> Content:
    """What lies under a plan's edits; a closed default path keeps the live version's default investment."""
    if not plan.is_default_path_closed:
        return underneath_of(theirs)
    return underneath_of(theirs, own_default=live.content.lineup.default_investment if live else ())


def latest_lineup(plan: Plan) -> Lineup:
    """The lineup of the recordkeeper's latest document."""
    terms = recordkeeper_terms(plan)
    return Lineup() if terms is None else terms.lineup


def place_lineup(plan: Plan, theirs: Lineup, *, sources: list[str], now: datetime) -> Placed:
    """Bring the recordkeeper's lineup under the draft's edits, or under those that the live version carries.

    Answers without a draft when nothing of it would differ from the live version and nobody edited or made one.
    """
    live = live_version(plan)
    draft = draft_over(plan, live)
    if draft is not None:
        making = Making(theirs, draft.version.edits, draft.version.made_by)
    else:
        making = Making(theirs, live.edits if live else {}, RECORDKEEPER)
    is_changed, number = make_draft(plan, making, draft, live, (sources, now))
    return Placed(number, is_changed, live)


def make_draft(
    plan: Plan, making: Making, draft: Draft | None, live: StoredVersion | None, by: tuple[list[str], datetime]
) -> tuple[bool, int | None]:
    """Make the draft what it is to be, or take it away; answers whether anything was written, and its number.

    The plan's own pointer is left to the caller. `by`: the sources of the plan, and the time.
    """
    laid = lay_over(ground(plan, making.theirs, live), making.edits)
    if live is not None and not is_needed(making, laid, live):
        remove_draft(plan)
        return draft is not None, None
    if draft is not None and _is_the_same(draft, making, laid):
        return False, draft.number
    number = next_number(plan) if draft is None else draft.number
    if draft is not None:
        _remove_rows(plan, draft.number)
    sources, now = by
    write_version(
        plan, number, laid.content, PlanVersion(sources=sources, made_by=making.made_by, made_at=now, **_texts(making))
    )
    return True, number


def is_needed(making: Making, laid: Laid, live: StoredVersion) -> bool:
    """Whether there is anything to wait for: other content, a conflict, or a person who made or edited the draft."""
    if making.made_by != RECORDKEEPER or dict(making.edits) != live.edits or laid.conflicts:
        return True
    return content_hash(laid.content) != live.content_hash


def write_version(plan: Plan, number: int, content: Content, row: PlanVersion) -> None:
    """Write a version's rows; `row` has what is not its content."""
    row.plan_id, row.number, row.base_number = plan.id, number, plan.live_version
    row.content_hash = content_hash(content)
    row.paths, row.mappings = paths_as_json(content.paths), dict(content.mappings)
    row.save(force_insert=True)
    _write_lineup(plan, number, content.lineup)


def next_number(plan: Plan) -> int:
    """The number of the next version."""
    highest: int | None = PlanVersion.objects.filter(plan_id=plan.id).aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def remove_draft(plan: Plan) -> None:
    """Take a waiting draft away, with what was said of it; it was never activated, so no participant has seen it."""
    if plan.draft_version is None:
        return
    for rows in (PlanDecision.objects, PlanComment.objects, PlanReview.objects, PlanApproval.objects):
        rows.filter(plan_id=plan.id, number=plan.draft_version).delete()
    PlanActivationDate.objects.filter(plan_id=plan.id).delete()
    _remove_rows(plan, plan.draft_version)


def _texts(making: Making) -> dict[str, object]:
    return {
        "recordkeeper_lineup": lineup_as_json(replace(making.theirs, effective_date=None)),
        "edits": edits_as_json(making.edits),
    }


def _is_the_same(draft: Draft, making: Making, laid: Laid) -> bool:
    """Whether a draft holds all of this already; the order of funds does not count."""
    held = draft.version
    return (
        lineup_digest(held.theirs) == lineup_digest(making.theirs)
        and held.edits == dict(making.edits)
        and held.made_by == making.made_by
        and held.content_hash == content_hash(laid.content)
        and held.base_number == (None if draft.live is None else draft.live.number)
    )


def _remove_rows(plan: Plan, number: int) -> None:
    for rows in (VersionFund.objects, VersionDefaultInvestment.objects, PlanVersion.objects):
        rows.filter(plan_id=plan.id, number=number).delete()


def _write_lineup(plan: Plan, number: int, lineup: Lineup) -> None:
    VersionFund.objects.bulk_create(
        VersionFund(
            plan_id=plan.id,
            number=number,
            fund=one.fund,
            position=position,
            name=one.name,
            ticker=one.ticker,
            cusip=one.cusip,
            asset_class=one.asset_class,
            expense_percent=one.expense_percent,
            status=one.status,
            mapped_to=one.mapped_to,
        )
        for position, one in enumerate(lineup.funds)
    )
    VersionDefaultInvestment.objects.bulk_create(
        VersionDefaultInvestment(
            plan_id=plan.id,
            number=number,
            position=position,
            fund=one.fund,
            retirement_from=one.retirement_from,
            retirement_to=one.retirement_to,
        )
        for position, one in enumerate(lineup.default_investment)
    )
