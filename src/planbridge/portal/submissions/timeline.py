"""The life of a submission as the page tells it: a sentence, what happened when, and what comes next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from planbridge.activity.masking import mask_text
from planbridge.sync.submission import Submission
from planbridge.sync.submission_states import State

SENTENCES = {
    State.REQUESTED: "It waits to be sent to the recordkeeper.",
    State.SENT: "It is on its way to the recordkeeper; no answer came yet.",
    State.UNKNOWN: "It was sent and no answer came. The recordkeeper is asked whether it arrived before anything is "
    "sent again, so that it never happens twice.",
    State.ACCEPTED: "The recordkeeper has it. Its data do not show it yet: both values are shown until they agree.",
    State.CONFIRMED: "The recordkeeper's data show it.",
    State.REJECTED: "The recordkeeper rejected it; nothing was changed. The participant can choose again.",
    State.SUPERSEDED: "A newer change took its place.",
}
# The word of the button, and what it does, for states in which there is a step to be done at once.
STEPS = {
    State.REQUESTED: ("Send again", "It is sent at once, under the same key: the recordkeeper takes it once at most."),
    State.UNKNOWN: ("Ask again", "The recordkeeper is asked at once whether it has it."),
    State.ACCEPTED: ("Ask again", "The recordkeeper is asked at once whether it has applied it."),
}


@dataclass(frozen=True)
class Moment:
    """Something that happened to a submission; `detail` says more, or nothing."""

    at: datetime
    word: str
    detail: str = ""


def sentence_of(one: Submission) -> str:
    """Where it stands, in a sentence or two, with why."""
    sentence = SENTENCES[State(one.state)]
    return f"{sentence} {mask_text(one.problem_detail)}".strip()


def timeline_of(one: Submission) -> list[Moment]:
    """What happened to it, oldest first."""
    return sorted(moments_of(one), key=lambda moment: moment.at)


def moments_of(one: Submission) -> Iterator[Moment]:
    """What happened to it."""
    yield Moment(one.requested_at, "Requested", f"by {one.requested_by}")
    if one.sent_at:
        yield Moment(one.sent_at, "Sent", "for the first time")
    if one.accepted_at:
        number = f"The recordkeeper calls it {mask_text(one.external_id)}" if one.external_id else ""
        applied = (
            f"applied on {one.applied_on:%b} {one.applied_on.day}, {one.applied_on.year}" if one.applied_on else ""
        )
        yield Moment(one.accepted_at, "Accepted", ", ".join(filter(None, (number, applied))))
    if one.ended_at:
        yield Moment(one.ended_at, one.state.capitalize(), mask_text(one.problem_detail))
