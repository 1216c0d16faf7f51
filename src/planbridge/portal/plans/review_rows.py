"""The rows of the review page. No template: a review has a hundred of them, each with a form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from planbridge.plans.changes import ChangeKind
from planbridge.plans.draft import Draft
from planbridge.plans.review import Choice, Decided, ReviewGroup, ReviewItem
from planbridge.portal.plans.change_words import fund_text, label_of
from planbridge.portal.plans.review_scene import ReviewScene, anchor_of
from planbridge.portal.templatetags.portal import icon, moment, money
from planbridge.portal.templatetags.review_words import comment_list, who

MONEY_STAYS = "The money stays where it is until the recordkeeper moves it"
CHOICE_WORDS = {
    Choice.ACCEPT: "Accept",
    Choice.KEEP_LIVE: "Keep what participants see",
    Choice.KEEP_OURS: "Keep ours",
    Choice.TAKE_THEIRS: "Take the recordkeeper's",
    Choice.LEAVE_MONEY: MONEY_STAYS,
    Choice.SEEN: "Seen",
}
DECIDED_WORDS = {
    Choice.ACCEPT: "Accepted",
    Choice.KEEP_LIVE: "Participants keep what they see",
    Choice.LEAVE_MONEY: MONEY_STAYS,
    Choice.KEEP_OURS: "Our edit is kept",
    Choice.SEEN: "Seen",
    "edited": "Edited in this draft",
}
NOTHING = mark_safe('<span class="text-secondary">–</span>')  # noqa: RUF001 - a text of ours, with an en dash
ROW = """
<tr id="{}">
  <th scope="row" data-label="Change"><div>{}</div><div class="fw-normal">{}</div>{}</th>
  <td data-label="Recordkeeper"><div>{}</div></td>
  <td data-label="Live"><div>{}</div></td>
  <td data-label="Draft"><div>{}</div></td>
  <td data-label="Decision"><div class="decision">{}<div class="decision-said" role="status">{}</div>{}</div></td>
</tr>"""
FORM = """<form hx-post="{}" hx-trigger="change, submit" hx-target="closest tr" hx-swap="outerHTML" hx-sync="this:drop">
<input type="hidden" name="item" value="{}"><input type="hidden" name="state" value="{}">{}</form>"""
RADIO = """<label class="form-check mb-1"><input class="form-check-input" type="radio" name="choice" value="{}" id="{}-{}">
<span class="form-check-label">{}</span></label>"""
SELECT = """<select class="form-select" name="choice" id="{}-choice" aria-label="Where the money of {} goes">
<option value="">Decide where the money goes</option><option value="leave_money">{}</option>{}</select>"""
UNDO = """<form hx-post="{}" hx-target="closest tr" hx-swap="outerHTML"><input type="hidden" name="item" value="{}">
<input type="hidden" name="state" value="{}"><button class="btn btn-sm" aria-label="Undo: {}"{}>{} Undo</button></form>"""
COMMENT = """<details class="comment-new"><summary>Comment</summary>
<form hx-post="{}" hx-target="closest tr" hx-swap="outerHTML"><input type="hidden" name="item" value="{}">
<textarea class="form-control" name="text" rows="2" maxlength="2000" aria-label="Comment on {}"></textarea>
<button class="btn btn-sm mt-1">Save comment</button></form></details>"""


@dataclass(frozen=True)
class RowSaid:
    """What a decision answers in its row: that it is saved, or why not; `takes_focus`: what had the focus is gone."""

    saved: str = ""
    error: str = ""
    takes_focus: bool = False


@dataclass(frozen=True)
class RowFrame:
    """What all rows of a review share."""

    scene: ReviewScene
    may_decide: bool
    map_options: SafeString


NOTHING_SAID = RowSaid()


def row_frame(scene: ReviewScene, *, may_decide: bool) -> RowFrame:
    """The frame of a review's rows; the funds to map to are written once for all of them."""
    words = ((code, f"{name} {code}".strip()) for code, name in scene.open_funds)
    return RowFrame(scene, may_decide, format_html_join("", '<option value="map_to:{}">Map to {}</option>', words))


def review_row(item: ReviewItem, frame: RowFrame, said: RowSaid = NOTHING_SAID) -> SafeString:
    """A change: its fund, people and dollars, the three sides, and the decision."""
    return format_html(
        ROW,
        anchor_of(item.item),
        subject_of(item),
        word_of(item) if item.fund else "",
        touched(item) if frame.scene.draft.live else "",  # before the first activation nobody has anything to lose
        side(item, item.recordkeeper),
        side(item, item.live),
        draft_side(item, frame.scene.draft),
        decision(item, frame, said),
        said_of(said),
        comments(item, frame),
    )


def subject_of(item: ReviewItem) -> SafeString:
    """The fund with its code; else what changes."""
    if not item.fund:
        return format_html("{}", word_of(item))
    return format_html('{} <span class="text-secondary fw-normal">{}</span>', item.name or item.fund, item.fund)


def word_of(item: ReviewItem) -> str:
    """What happens, in a word or two."""
    return label_of(item.word) if item.group is ReviewGroup.PROVISIONS else item.word


def name_of(item: ReviewItem) -> str:
    """The change as a control is named by it."""
    return f"{item.name or item.fund} {word_of(item).lower()}" if item.fund else word_of(item)


def touched_text(item: ReviewItem) -> str:
    """'214 people, $3,102,440'; empty for what concerns no fund."""
    if not item.fund and item.people_count is None:
        return ""
    people = item.people_count or 0
    dollars = "no price" if people and item.money_usd is None else money(item.money_usd or Decimal(0))
    return f"{people:,} {'person' if people == 1 else 'people'}, {dollars}"


def touched(item: ReviewItem) -> SafeString | str:
    """The same as a line of the row."""
    text = touched_text(item)
    return format_html('<div class="fw-normal text-secondary tabular-left">{}</div>', text) if text else ""


def side(item: ReviewItem, text: str) -> SafeString | str:
    """What one side says; the lines of a default investment one below the other."""
    if not text:
        return NOTHING
    if item.group is ReviewGroup.DEFAULT:
        return format_html_join("", "<div>{}</div>", ((line,) for line in text.split(", ")))
    kind = item.item.partition(".")[0]
    return fund_text(ChangeKind(kind), text) if item.fund and kind in set(ChangeKind) else text


def draft_side(item: ReviewItem, draft: Draft) -> SafeString | str:
    """What the draft says, marked where that is new to participants; of a conflict with who edited it when."""
    text = side(item, item.draft)
    shown = text if item.draft == item.live else format_html("<strong>{}</strong>", text)
    edit = draft.version.edits.get(item.place) if item.conflict else None
    if edit is None:
        return shown
    edited = format_html("Edited by {}, {}", who(edit.by), moment(datetime.fromisoformat(edit.at)))
    return format_html('{}<div class="text-secondary">{}</div>', shown, edited)


def decision(item: ReviewItem, frame: RowFrame, said: RowSaid) -> SafeString | str:
    """The decision made with Undo, or the choices to make it."""
    if item.decided is not None:
        return decided(item, item.decided, frame, said)
    is_open = item.needs_decision or Choice.SEEN in item.choices
    if not is_open:
        return ""
    if not frame.may_decide:
        return "Not decided" if item.needs_decision else ""
    anchor = anchor_of(item.item)
    if Choice.MAP_TO in item.choices:
        inner = format_html(SELECT, anchor, item.name or item.fund, MONEY_STAYS, frame.map_options)
    else:
        words = [(one.value, anchor, one.value, CHOICE_WORDS[one]) for one in item.choices]
        radios = format_html_join("", RADIO, words)
        inner = format_html('<fieldset><legend class="visually-hidden">{}</legend>{}</fieldset>', name_of(item), radios)
    return format_html(FORM, reverse("plans:decide", args=[frame.scene.plan.pk]), item.item, item.state, inner)


def decided(item: ReviewItem, made: Decided, frame: RowFrame, said: RowSaid) -> SafeString:
    """What was decided, by whom and when."""
    said_by = format_html(
        '<div>{} {}</div><div class="text-secondary">{}, {}</div>',
        icon("check"),
        decided_words(item, made),
        who(made.by),
        moment(datetime.fromisoformat(made.at)),
    )
    if not frame.may_decide:
        return said_by
    focus = mark_safe(" data-takes-focus") if said.takes_focus else ""
    address = reverse("plans:undo_decision", args=[frame.scene.plan.pk])
    return said_by + format_html(UNDO, address, item.item, item.state, name_of(item), focus, icon("arrow-back-up"))


def decided_words(item: ReviewItem, made: Decided) -> str:
    """A decision in words."""
    return f"Money mapped to {item.mapped_to}" if made.choice == Choice.MAP_TO else DECIDED_WORDS[made.choice]


def said_of(said: RowSaid) -> SafeString | str:
    """That it was saved, or why not."""
    if said.error:
        return format_html('<span class="text-danger">{} Not saved. {}</span>', icon("alert-circle"), said.error)
    return said.saved


def comments(item: ReviewItem, frame: RowFrame) -> SafeString:
    """What people remarked on the change, and a box for more."""
    address = reverse("plans:comment", args=[frame.scene.plan.pk])
    new = format_html(COMMENT, address, item.item, name_of(item)) if frame.may_decide else mark_safe("")
    return comment_list(item.comments) + new


def rows_of(items: Sequence[ReviewItem], frame: RowFrame) -> SafeString:
    """The rows of several changes."""
    return format_html_join("", "{}", ((review_row(one, frame),) for one in items))


@dataclass(frozen=True)
class PrintedItem:
    """A change as the print view says it."""

    item: ReviewItem
    word: str
    touched: str
    sides: tuple[tuple[str, SafeString | str], ...]
    decision: SafeString | str


def printed_items(items: Sequence[ReviewItem], *, is_first: bool) -> list[PrintedItem]:
    """Changes in words, with what was decided of each; before the first activation (`is_first`) nobody is touched."""
    return [
        PrintedItem(one, word_of(one), "" if is_first else touched_text(one), sides_of(one), decision_words(one))
        for one in items
    ]


def sides_of(item: ReviewItem) -> tuple[tuple[str, SafeString | str], ...]:
    """The three sides with their headings."""
    texts = (("Recordkeeper", item.recordkeeper), ("Live", item.live), ("Draft", item.draft))
    return tuple((heading, side(item, text)) for heading, text in texts)


def decision_words(item: ReviewItem) -> SafeString | str:
    """What was decided, as text; that nothing was, where something is to be."""
    if item.decided is None:
        return "Not decided" if item.needs_decision else ""
    at = moment(datetime.fromisoformat(item.decided.at))
    return format_html("{}, by {}, {}", decided_words(item, item.decided), who(item.decided.by), at)
