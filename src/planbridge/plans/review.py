"""The review of a draft: each change once - recordkeeper, live and draft side by side - and what is decided about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from planbridge.activity.conflict import version_of
from planbridge.plans.holders import FundHolders
from planbridge.plans.overlay import Conflict


class ReviewGroup(StrEnum):
    """What kind of change it is; the order of the review page."""

    ADDED = "Added"
    REMOVED = "Removed"
    RENAMED = "Renamed"
    MAPPED = "Mapped"
    COST = "Share class or expense"
    DEFAULT = "Default"
    PATHS = "Paths"
    PROVISIONS = "Provisions"


class Choice(StrEnum):
    """What can be decided about an item."""

    ACCEPT = "accept"  # the draft's value is to be seen
    KEEP_LIVE = "keep_live"  # participants go on seeing what they see; becomes an edit of the draft
    MAP_TO = "map_to"  # the money goes to another fund; becomes an edit of the draft
    LEAVE_MONEY = "leave_money"  # the money stays until the recordkeeper moves it; becomes an edit of the draft
    KEEP_OURS = "keep_ours"  # of a conflict
    TAKE_THEIRS = "take_theirs"  # of a conflict: the edit goes
    SEEN = "seen"  # of what applied already


@dataclass(frozen=True)
class Decided:
    """A decision that holds: what, by whom and when (ISO 8601); `is_edit`: it stands in the draft as an edit."""

    choice: str  # a Choice, or "edited": somebody made the change, and so wants it
    by: str
    at: str
    is_edit: bool = False


@dataclass(frozen=True)
class ItemComment:
    """A remark about an item, or about the whole draft."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class ReviewItem:
    """One change; texts are empty where there is nothing. `item` is its key, the same as long as it waits."""

    item: str
    group: ReviewGroup
    word: str
    fund: str = ""
    name: str = ""
    recordkeeper: str = ""
    live: str = ""
    draft: str = ""
    place: str = ""  # where the draft is edited to change it
    choices: tuple[Choice, ...] = ()
    conflict: Conflict | None = None
    mapped_to: str | None = None  # of a fund that leaves: the successor decided, "" for "the money stays"
    people_count: int | None = None
    money_usd: Decimal | None = None
    needs_decision: bool = True
    decided: Decided | None = None
    comments: tuple[ItemComment, ...] = ()

    @property
    def state(self) -> str:
        """The token of the change as it is: what a decision brings, and what it is bound to."""
        conflict = None if self.conflict is None else [self.conflict.ours, self.conflict.theirs]
        return version_of(self.item, self.recordkeeper, self.live, self.draft, self.mapped_to, conflict)

    @property
    def is_undecided(self) -> bool:
        """Whether a person is still to say what is to be done."""
        return self.needs_decision and self.decided is None

    @property
    def words(self) -> str:
        """The change in a sentence."""
        subject = f"{self.fund} {self.name}".strip() or self.word
        return f"{subject}: {self.word.lower()}, {self.live or 'nothing'} → {self.draft or 'nothing'}."


@dataclass(frozen=True)
class Review:
    """A draft's items in the order of their groups; `token` is what activating it brings as `seen`."""

    number: int
    token: str
    live_number: int | None
    items: tuple[ReviewItem, ...]
    comments: tuple[ItemComment, ...] = ()

    @property
    def of_count(self) -> int:
        """How many items need a decision."""
        return sum(one.needs_decision for one in self.items)

    @property
    def decided_count(self) -> int:
        """How many of them have one."""
        return sum(one.needs_decision and not one.is_undecided for one in self.items)

    @property
    def undecided(self) -> dict[str, str]:
        """The items without a decision, in words by key; conflicts and mappings have codes of their own."""
        return {
            one.item: one.words
            for one in self.items
            if one.is_undecided and one.conflict is None and Choice.MAP_TO not in one.choices
        }

    def groups(self) -> list[tuple[ReviewGroup, list[ReviewItem]]]:
        """The items under their headings; headings without any are left out."""
        grouped = [(group, [one for one in self.items if one.group is group]) for group in ReviewGroup]
        return [(group, items) for group, items in grouped if items]

    def item(self, key: str) -> ReviewItem | None:
        """The item of a key; None when the draft has no such change any more."""
        return next((one for one in self.items if one.item == key), None)


@dataclass(frozen=True)
class Said:
    """What people said of a draft: decisions by item with the state that each is bound to, and comments by item."""

    decisions: Mapping[str, tuple[Decided, str]] = field(default_factory=dict)
    comments: Mapping[str, Sequence[ItemComment]] = field(default_factory=dict)


def with_what_was_said(
    items: Sequence[ReviewItem], said: Said, holders: Mapping[str, FundHolders]
) -> Iterator[ReviewItem]:
    """The items with decisions that are still bound to them, comments, and the people and dollars touched."""
    order = list(ReviewGroup)
    for one in sorted(items, key=lambda item: order.index(item.group)):
        held = holders.get(one.fund) if one.people_count is None else None
        counted = one if held is None else replace(one, people_count=held.people_count, money_usd=held.money_usd)
        decided, bound_to = said.decisions.get(one.item, (None, ""))
        yield replace(
            counted,
            decided=one.decided or (decided if bound_to == one.state else None),
            comments=tuple(said.comments.get(one.item, ())),
        )
