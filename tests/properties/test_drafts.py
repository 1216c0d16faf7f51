"""Whatever syncs, edits, decisions and activations come in whatever order: nothing is lost, nothing unseen goes live."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from planbridge.plans.changes import lineup_digest
from planbridge.plans.content import content_hash
from planbridge.plans.draft import ground, latest_lineup, waiting_draft
from planbridge.plans.drafting import place_state
from planbridge.plans.edit import fund_place
from planbridge.plans.edit_values import EditRefused
from planbridge.plans.lifecycle import (
    ActivationRefused,
    Rollback,
    RollbackRefused,
    activate_plan,
    create_draft,
    decide_conflict,
    discard_draft,
    draft_token,
    edit_draft,
    roll_back,
    rollback_token,
)
from planbridge.plans.overlay import lay_over, value_at
from planbridge.plans.plan import Plan
from planbridge.plans.stored_version import StoredVersion, live_version, stored_version
from planbridge.plans.version import PlanVersion
from planbridge.recordkeepers.connection import Connection
from planbridge.security.firm import Firm
from tests.plans.drafts import sync

NAMES = st.sampled_from(["A", "B", "C"])
FUNDS = ("F0", "F1", "F2")
# What the recordkeeper says of each fund: nothing, or name and status.
DOCUMENTS = st.lists(
    st.none() | st.tuples(NAMES, st.sampled_from(["open", "closed"])), min_size=len(FUNDS), max_size=len(FUNDS)
)
EDITS = st.one_of(
    st.tuples(st.sampled_from([fund_place(fund, "name") for fund in FUNDS]), NAMES),
    st.tuples(st.sampled_from([fund_place(fund, "offered") for fund in FUNDS]), st.booleans()),
    st.tuples(st.just("paths.help_me_choose"), st.booleans()),
    st.tuples(st.just("mappings.F1"), st.sampled_from(["", "F0", "F2"])),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("sync"), DOCUMENTS),
        st.tuples(st.just("edit"), EDITS),
        st.tuples(st.just("decide"), st.booleans()),
        st.tuples(st.just("activate"), st.booleans()),
        st.tuples(st.sampled_from(["create", "discard"]), st.none()),
        st.tuples(st.just("roll_back"), st.integers(1, 4)),
    ),
    min_size=1,
    max_size=12,
)


class Walk:
    """A plan on its way through steps, and what was seen and activated of it."""

    def __init__(self) -> None:
        firm = Firm.objects.create(name="Example Advisors")
        connection = Connection.objects.create(firm=firm, name="example", kind="rest")
        self.plan = Plan.objects.create(firm=firm, connection=connection, external_plan_id="900123")
        self.activated: dict[int, StoredVersion] = {}

    def sync(self, funds: list[tuple[str, str] | None]) -> None:
        """A Plan Sync; the recordkeeper's change and every edit are in the draft, or in a conflict."""
        before = self.edits()
        lines = [
            {"fund": code, "name": each[0], "status": each[1]}
            for code, each in zip(FUNDS, funds, strict=True)
            if each is not None
        ]
        document: dict[str, Any] = {"name": "Plan", "lineup": {"funds": [*lines, {"fund": "Z", "status": "open"}]}}
        sync(self.plan, document)
        assert self.edits() == before
        assert not sync(self.plan, document).draft_changed

    def edit(self, wanted: tuple[str, Any]) -> None:
        """An edit, where there is a draft and the place can have it; then it is in force."""
        draft = waiting_draft(self.plan)
        if draft is None:
            return
        place, value = wanted
        try:
            made = edit_draft(self.plan, place, value, seen=place_state(draft, place).version, actor="ada")
        except EditRefused:
            return
        if made is not None:
            assert place_state(made, place).value == value

    def decide(self, keep_ours: bool) -> None:
        """The first conflict is decided."""
        draft = waiting_draft(self.plan)
        if draft is not None and draft.conflicts:
            place = draft.conflicts[0].place
            seen = place_state(draft, place).version
            decide_conflict(self.plan, place, keep_ours=keep_ours, seen=seen, actor="ada")

    def activate(self, accepts_rest: bool) -> None:
        """What was seen goes live, or nothing does."""
        draft, live = waiting_draft(self.plan), self.plan.live_version
        if draft is None:
            return
        try:
            done = activate_plan(self.plan, actor="ada", seen=draft_token(self.plan), accepts_rest=accepts_rest)
        except ActivationRefused:
            self.plan.refresh_from_db()
            assert self.plan.live_version == live
            return
        assert not draft.conflicts
        assert stored_version(self.plan, done.version).content_hash == draft.version.content_hash

    def create(self, _: None) -> None:
        """Create Draft, on an active plan."""
        if self.plan.live_version is not None:
            create_draft(self.plan, actor="ada")

    def discard(self, _: None) -> None:
        """The draft's own edits go; what the recordkeeper said stays."""
        draft = waiting_draft(self.plan)
        if draft is not None:
            made = discard_draft(self.plan, seen=draft.token, actor="ada")
            assert made is None or made.own_edits == {}

    def roll_back(self, number: int) -> None:
        """An earlier version that was active is live again, or nothing is."""
        if self.plan.live_version is None:
            return
        live = self.plan.live_version
        try:
            made = roll_back(self.plan, Rollback(number, "Why"), seen=rollback_token(self.plan), actor="ada")
        except (RollbackRefused, ActivationRefused):
            self.plan.refresh_from_db()
            assert self.plan.live_version == live
        else:
            assert made.content_hash == self.activated[number].content_hash

    def edits(self) -> dict[str, Any]:
        """The values of all edits: of the draft, or else those that the live version carries."""
        draft, live = waiting_draft(self.plan), live_version(self.plan)
        held = draft.version.edits if draft else live.edits if live else {}
        return {place: edit.value for place, edit in held.items()}

    def check(self) -> None:
        """What holds after every step."""
        self.plan = Plan.objects.get(pk=self.plan.pk)
        for number, version in self.activated.items():
            assert stored_version(self.plan, number) == version
        live = live_version(self.plan)
        if live is not None:
            assert live.activated_at is not None
            self.activated.setdefault(live.number, live)
        for row in PlanVersion.objects.filter(plan_id=self.plan.pk):
            assert (row.activated_at is None) == (row.number == self.plan.draft_version)
            assert content_hash(stored_version(self.plan, row.number).content) == row.content_hash
        self.check_nothing_is_lost(live)

    def check_nothing_is_lost(self, live: StoredVersion | None) -> None:
        """The draft, or else the live version, is the recordkeeper's latest with all edits laid over it."""
        draft = waiting_draft(self.plan)
        held = draft.version if draft else live
        if held is None or self.plan.document is None:
            return
        theirs = latest_lineup(self.plan)
        assert draft is None or lineup_digest(draft.version.theirs) == lineup_digest(theirs)
        laid = lay_over(ground(self.plan, theirs, live), held.edits)
        assert content_hash(laid.content) == held.content_hash
        open_places = {one.place for one in laid.conflicts}
        assert draft is not None or not open_places
        decided = {place for place, edit in held.edits.items() if place not in open_places}
        for place in decided:
            if value_at(laid.content, place) != held.edits[place].value:
                assert is_dormant(self.plan, place)


def is_dormant(plan: Plan, place: str) -> bool:
    """Whether an edit was decided for a fund that is not in the draft: gone at the recordkeeper, or not offered by us."""
    draft = waiting_draft(plan)
    content = draft.content if draft else live_content(plan)
    if place.endswith(".offered"):
        return True
    return place.startswith("funds.") and place.split(".")[1] not in {one.fund for one in content.lineup.funds}


def live_content(plan: Plan) -> Any:
    """The live version's content."""
    live = live_version(plan)
    assert live is not None
    return live.content


class AnyOrderOfSyncsAndEdits(TestCase):
    """What holds after any syncs, edits, decisions, activations and rollbacks."""

    @settings(max_examples=30, deadline=None)
    @given(steps=STEPS)
    def test_nothing_is_lost_and_nothing_unseen_goes_live(self, steps: list[tuple[str, Any]]) -> None:
        """PS-10: every edit and change is in the result or in a conflict; one version is live or none, and none changes."""
        walk = Walk()
        for step, value in [("sync", [("A", "open")] * 3), *steps]:
            getattr(walk, step)(value)
            walk.check()
