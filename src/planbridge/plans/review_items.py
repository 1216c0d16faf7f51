"""The items of a draft's review: what the recordkeeper changed and what the draft changes, each once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from planbridge.plans import edit as places
from planbridge.plans.changes import ChangeKind, lineup_changes, texts_of
from planbridge.plans.content import Content
from planbridge.plans.edit import DEFAULT_INVESTMENT, Edits, fund_place
from planbridge.plans.holders import FundHolders
from planbridge.plans.lineup_checks import funds_left
from planbridge.plans.overlay import Conflict, value_at
from planbridge.plans.path_changes import path_changes, place_text, place_words, text_at
from planbridge.plans.review import Choice, Decided, ReviewGroup, ReviewItem
from planbridge.plans.terms import Fund, Lineup

KINDS = {
    ChangeKind.ADDED: (ReviewGroup.ADDED, "Added", (places.OFFERED,)),
    ChangeKind.REOPENED: (ReviewGroup.ADDED, "Open again", (places.OFFERED,)),
    ChangeKind.REMOVED: (ReviewGroup.REMOVED, "Removed", (places.OFFERED,)),
    ChangeKind.CLOSED: (ReviewGroup.REMOVED, "Closed", ()),
    ChangeKind.FROZEN: (ReviewGroup.REMOVED, "Frozen", ()),
    ChangeKind.MAPPED: (ReviewGroup.MAPPED, "Mapped to", (places.MAPPED_TO,)),
    ChangeKind.RENAMED: (ReviewGroup.RENAMED, "Renamed", (places.NAME,)),
    ChangeKind.SHARE_CLASS: (ReviewGroup.COST, "Share class", ()),
    ChangeKind.EXPENSE: (ReviewGroup.COST, "Expense", ()),
    ChangeKind.ASSET_CLASS: (ReviewGroup.COST, "Asset class", ()),
}
LEAVING = (ChangeKind.REMOVED, ChangeKind.CLOSED)
KEEPABLE = (ChangeKind.ADDED, ChangeKind.RENAMED, ChangeKind.MAPPED)
MAPPING_CHOICES = (Choice.MAP_TO, Choice.LEAVE_MONEY)
CONFLICT_CHOICES = (Choice.KEEP_OURS, Choice.TAKE_THEIRS)
GROUP_OF_ATTRIBUTE = {
    places.NAME: ReviewGroup.RENAMED,
    places.MAPPED_TO: ReviewGroup.MAPPED,
    places.OFFERED: ReviewGroup.ADDED,
}


@dataclass(frozen=True)
class Sides:
    """What is laid side by side; `live` None: the plan was never active. Contents and lineups as stored.

    `theirs` and `theirs_then` are the recordkeeper's lineup now, and as it was when the live version was made.
    """

    theirs: Lineup
    live: Content | None
    theirs_then: Lineup | None
    draft: Content
    edits: Edits
    conflicts: tuple[Conflict, ...]
    holders: Mapping[str, FundHolders]
    is_default_closed: bool = False

    @property
    def leaving(self) -> set[str]:
        """The live funds that leave without a successor of the recordkeeper."""
        return set() if self.live is None else funds_left(self.draft.lineup, self.live.lineup.current_funds)

    def conflict_at(self, *wanted: str) -> Conflict | None:
        """The conflict of one of some places."""
        return next((one for one in self.conflicts if one.place in wanted), None)


def items_of(sides: Sides) -> list[ReviewItem]:
    """Every item but those of provisions: funds, default investment, paths, and what else is in conflict."""
    items = [*_fund_items(sides), *_default_items(sides), *_path_items(sides)]
    shown = {one.conflict.place for one in items if one.conflict}
    return items + [_conflict_item(one) for one in sides.conflicts if one.place not in shown]


def _fund_items(sides: Sides) -> Iterator[ReviewItem]:
    """One item a change of a fund, whether the recordkeeper made it since, or the draft makes it."""
    news = lineup_changes(sides.theirs_then, sides.theirs)
    ours = lineup_changes(sides.live.lineup if sides.live else None, sides.draft.lineup)
    for kind, fund in dict.fromkeys((one.kind, one.fund) for one in (*ours, *news) if one.kind in KINDS):
        item = _fund_item(sides, kind, fund)
        if item.live != item.draft or item.recordkeeper != item.live or item.conflict:
            yield item


def _fund_item(sides: Sides, kind: ChangeKind, fund: str) -> ReviewItem:
    group, word, attributes = KINDS[kind]
    own = tuple(fund_place(fund, attribute) for attribute in attributes)
    mapping = f"{places.MAPPINGS}{fund}"
    conflict = sides.conflict_at(*own, mapping)
    found = [
        _fund(lineup, fund) for lineup in (sides.theirs, sides.live.lineup if sides.live else None, sides.draft.lineup)
    ]
    recordkeeper, live, draft = (_text(kind, one) for one in found)
    item = ReviewItem(
        f"{kind.value}.{fund}",
        group,
        word,
        fund=fund,
        name=next((one.name for one in reversed(found) if one and one.name), ""),
        recordkeeper=recordkeeper,
        live=live,
        draft=draft,
        place=own[0] if own else "",
        choices=(Choice.ACCEPT, Choice.KEEP_LIVE) if kind in KEEPABLE and sides.live else (Choice.ACCEPT,),
        conflict=conflict,
        needs_decision=sides.live is not None or conflict is not None,
    )
    if conflict is not None:
        return replace(item, place=conflict.place, choices=CONFLICT_CHOICES)
    if kind in LEAVING and fund in sides.leaving and (_has_money(sides, fund) or fund in sides.draft.mappings):
        return _with_mapping(item, sides, mapping)
    return replace(item, decided=_edited(sides, own))


def _with_mapping(item: ReviewItem, sides: Sides, place: str) -> ReviewItem:
    """A fund that leaves with money in it: what is to become of that is the decision."""
    edit, mapped_to = sides.edits.get(place), sides.draft.mappings.get(item.fund)
    choice = Choice.MAP_TO if mapped_to else Choice.LEAVE_MONEY
    decided = None if edit is None or mapped_to is None else Decided(choice, edit.by, edit.at, is_edit=True)
    return replace(item, place=place, choices=MAPPING_CHOICES, mapped_to=mapped_to, decided=decided)


def _default_items(sides: Sides) -> Iterator[ReviewItem]:
    """The default investment as a whole: one decision, whatever lines of it changed."""
    live, draft = text_at(sides.live, DEFAULT_INVESTMENT), text_at(sides.draft, DEFAULT_INVESTMENT)
    theirs = place_text(DEFAULT_INVESTMENT, value_at(Content(sides.theirs), DEFAULT_INVESTMENT))
    then = sides.theirs_then or Lineup()
    was = place_text(DEFAULT_INVESTMENT, value_at(Content(then), DEFAULT_INVESTMENT))
    conflict = sides.conflict_at(DEFAULT_INVESTMENT)
    if live == draft and conflict is None and (theirs in (was, live) or sides.is_default_closed):
        return
    before = sides.live.lineup.default_investment if sides.live else ()
    changed = {one.fund for one in set(before) ^ set(sides.draft.lineup.default_investment)}
    held = [sides.holders[fund] for fund in changed if fund in sides.holders]
    yield ReviewItem(
        DEFAULT_INVESTMENT,
        ReviewGroup.DEFAULT,
        "Default investment",
        recordkeeper=theirs,
        live=live,
        draft=draft,
        place=DEFAULT_INVESTMENT,
        choices=CONFLICT_CHOICES if conflict else (Choice.ACCEPT, Choice.KEEP_LIVE) if sides.live else (Choice.ACCEPT,),
        conflict=conflict,
        people_count=sum(one.people_count for one in held),
        money_usd=sum((one.money_usd or Decimal(0) for one in held), Decimal(0)),
        needs_decision=sides.live is not None or conflict is not None,
        decided=None if conflict else _edited(sides, (DEFAULT_INVESTMENT,)),
    )


def _path_items(sides: Sides) -> Iterator[ReviewItem]:
    """One item a place of the paths that the draft changes."""
    for change in path_changes(sides.live, sides.draft):
        conflict = sides.conflict_at(change.place)
        yield ReviewItem(
            change.place,
            ReviewGroup.PATHS,
            place_words(change.place),
            live=change.before,
            draft=change.after,
            place=change.place,
            choices=CONFLICT_CHOICES if conflict else (Choice.ACCEPT,),
            conflict=conflict,
            needs_decision=sides.live is not None or conflict is not None,
            decided=None if conflict else _edited(sides, (change.place,)),
        )


def _conflict_item(conflict: Conflict) -> ReviewItem:
    """A conflict at a place that no change shows, as the new name of a fund that is gone."""
    place = conflict.place
    group, fund = ReviewGroup.PATHS, ""
    if place.startswith(places.FUNDS):
        fund, attribute = places.fund_of(place)
        group = GROUP_OF_ATTRIBUTE[attribute]
    elif place.startswith(places.MAPPINGS):
        group, fund = ReviewGroup.REMOVED, place.removeprefix(places.MAPPINGS)
    return ReviewItem(
        f"conflict.{place}",
        group,
        "Edited here, changed by the recordkeeper",
        fund=fund,
        recordkeeper=place_text(place, conflict.theirs),
        live=place_text(place, conflict.was),
        draft=place_text(place, conflict.ours),
        place=place,
        choices=CONFLICT_CHOICES,
        conflict=conflict,
    )


def _edited(sides: Sides, own: tuple[str, ...]) -> Decided | None:
    """The decision that an edit of a place is: who edited it wants it so."""
    for place in own:
        edit = sides.edits.get(place)
        if edit is not None:
            is_live = sides.live is not None and value_at(sides.live, place) == edit.value
            return Decided(Choice.KEEP_LIVE if is_live else "edited", edit.by, edit.at, is_edit=True)
    return None


def _has_money(sides: Sides, fund: str) -> bool:
    return fund in sides.holders and sides.holders[fund].units > 0


def _fund(lineup: Lineup | None, code: str) -> Fund | None:
    return None if lineup is None else next((one for one in lineup.funds if one.fund == code), None)


def _text(kind: ChangeKind, fund: Fund | None) -> str:
    """What one side says of a fund, for a kind of change."""
    return "" if fund is None else texts_of(kind, fund)
