"""Templates as plain text: which names in double braces there are, what is wrong with a text, and filling it in. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from planbridge.activity.masking import mask_text
from planbridge.notifications.event import SYNC_EVENTS, Event

SUBJECT_CHARACTERS_MAX, BODY_CHARACTERS_MAX = 200, 10_000
NAME_IN_BRACES = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
BRACES = re.compile(r"\{\{|\}\}|\{%|%\}")
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


@dataclass(frozen=True)
class Placeholder:
    """A name that a template may have: what stands for it in a mail, and an invented value for previews."""

    name: str
    gloss: str
    example: str


PLACEHOLDERS = {
    one.name: one
    for one in (
        Placeholder("plan_name", "the plan's name", "Northwind 401(k) Plan"),
        Placeholder("participant_name", "the participant's first and last name", "Ada Example"),
        Placeholder("change", "what was asked for, in words", "Pre-tax contribution rate: from 6 % to 8 %"),
        Placeholder("effective", "from when on it counts", "December 4, 2026"),
        Placeholder("receipt", "the receipt number", "EXAMPLE-0107"),
        Placeholder("reason", "why, in words", "The plan does not permit this rate."),
        Placeholder("sync", "Plan Sync or Participant Sync", "Participant Sync"),
        Placeholder("happened_at", "when it happened", "Nov 22, 2026, 10:02 PM EST"),
        Placeholder("address", "where to look in Planbridge", "https://plans.example.test/activity/"),
    )
}
OF_DECISIONS = ("plan_name", "participant_name", "change", "effective", "receipt", "happened_at")
OF_SYNCS = ("plan_name", "sync", "happened_at", "address")
WITH_REASON = {Event.SUBMISSION_REJECTED, Event.SYNC_FAILED}
# What an address or a receipt is made of may look like an SSN and is none.
NEVER_MASKED = {"address", "receipt"}


@dataclass(frozen=True)
class Wording:
    """The subject and the body of a mail, filled in or not."""

    subject: str
    body: str


class WordingRefused(ValueError):  # noqa: N818 - says what happened
    """A template that cannot be saved; `field` is subject or body, the message says what to mend."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def placeholders_of(event: Event) -> tuple[Placeholder, ...]:
    """The names that templates of an event may have: none of them is an SSN or a balance."""
    names = OF_SYNCS if event in SYNC_EVENTS else OF_DECISIONS
    return tuple(PLACEHOLDERS[name] for name in (*names, *(("reason",) if event in WITH_REASON else ())))


def examples_of(event: Event) -> dict[str, str]:
    """Invented values for a preview."""
    return {one.name: one.example for one in placeholders_of(event)}


def checked_wording(event: Event, wording: Wording) -> Wording:
    """The texts trimmed, lines of the body ended by a newline alone. Raises WordingRefused."""
    subject = wording.subject.strip()
    body = wording.body.replace("\r\n", "\n").replace("\r", "\n").strip()
    if CONTROL.search(subject):
        raise WordingRefused("subject", "A subject is one line: take the line breaks out.")
    check_text(event, "subject", subject, SUBJECT_CHARACTERS_MAX)
    check_text(event, "body", body, BODY_CHARACTERS_MAX)
    return Wording(subject, body)


def check_text(event: Event, field: str, text: str, characters_max: int) -> None:
    """Raises WordingRefused for an empty or too long text, and for names in braces that the event does not have."""
    if not text:
        raise WordingRefused(field, "It is empty. Write something, or go back to the original text.")
    if len(text) > characters_max:
        raise WordingRefused(field, f"It has {len(text):,} characters; at most {characters_max:,} fit.")
    known = [one.name for one in placeholders_of(event)]
    unknown = dict.fromkeys(name for name in NAME_IN_BRACES.findall(text) if name not in known)
    if unknown:
        named = ", ".join(f"{{{{ {name} }}}}" for name in unknown)
        raise WordingRefused(field, f"{named} is not known here. Known are: {', '.join(known)}.")
    if BRACES.search(NAME_IN_BRACES.sub("", text)):
        raise WordingRefused(field, "There are braces without a name in them. A name stands between {{ and }}.")


def filled(wording: Wording, values: Mapping[str, str]) -> Wording:
    """The texts with values in place of names; what is not known is left empty, what looks like an SSN is masked.

    A value is never read as a template itself, and brings no line break into the subject.
    """
    masked = {name: value if name in NEVER_MASKED else mask_text(value) for name, value in values.items()}

    def value_of(match: re.Match[str]) -> str:
        return masked.get(match.group(1), "")

    subject = CONTROL.sub(" ", NAME_IN_BRACES.sub(value_of, wording.subject)).strip()
    return Wording(subject[:SUBJECT_CHARACTERS_MAX], NAME_IN_BRACES.sub(value_of, wording.body))
