"""An activity entry in words: a sentence of what happened, its details by name, and what changed from what to what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from planbridge.activity.entry import Verb

BEGINS_AS_TIME = re.compile(r"\d{4}-\d\d-\d\d")
# {actor}: who; {plan}: which plan; the rest is from the entry's detail.
SENTENCES = {
    Verb.PLAN_ADDED: "{actor} added {plan}. Its first Plan Sync starts by itself.",
    Verb.PLAN_ACTIVATED: "{actor} activated version {version} of {plan}: participants see it from then on.",
    Verb.PLAN_DEACTIVATED: "{actor} deactivated {plan}: participants do not see it any more. Reason: {reason}.",
    Verb.DRAFT_CREATED: "{actor} created a draft of {plan}: version {version}.",
    Verb.DRAFT_EDITED: "{actor} edited the draft of {plan}.",
    Verb.DRAFT_DISCARDED: "{actor} discarded the edits of a draft of {plan}.",
    Verb.DRAFT_COMMENTED: "{actor} commented on the draft of {plan}: {text}.",
    Verb.DRAFT_APPROVED: "{actor} approved the draft of {plan} as it was then: version {version}.",
    Verb.CHANGE_DECIDED: "{actor} decided a change of the draft of {plan}: {decision}.",
    Verb.ACTIVATION_DATED: "{actor} let version {version} of {plan} be activated at a time to come.",
    Verb.ACTIVATION_DATE_CANCELED: "{actor} took the date away at which version {version} of {plan} was to be activated.",
    Verb.ROLLED_BACK: "{actor} rolled {plan} back to version {rolled_back_to}, as version {version}. Reason: {reason}.",
    Verb.ROLLBACK_ASKED: "{actor} asked for a second person to roll {plan} back to version {rolled_back_to}. Reason: {reason}.",
    Verb.ROLLBACK_WITHDRAWN: "{actor} took the request away to roll {plan} back to version {rolled_back_to}.",
    Verb.SECOND_APPROVER_CHANGED: "{actor} changed whether drafts and rollbacks of {plan} need a second approver.",
    Verb.RUN_APPLIED: "{actor} let a run of {plan} be applied that was held for review.",
    Verb.RUN_DISCARDED: "{actor} discarded a run of {plan} that was held for review; nothing of it was applied.",
    Verb.RUN_CANCELED: "A run of {plan} was canceled as {actor} asked; nothing of it was applied.",
    Verb.CONNECTION_ADDED: "{actor} added the recordkeeper {name}.",
    Verb.CONNECTION_CHANGED: "{actor} changed the recordkeeper {name}.",
    Verb.CONNECTION_TESTED: "{actor} tested the connection to the recordkeeper.",
    Verb.CONNECTION_REMOVED: "{actor} removed the recordkeeper {name}.",
    Verb.USER_INVITED: "{actor} invited {user}.",
    Verb.USER_JOINED: "{user} signed in for the first time and set a password.",
    Verb.USER_CHANGED: "{actor} changed the user {user}.",
    Verb.SCHEDULE_ADDED: "{actor} scheduled a task: {rule}.",
    Verb.SCHEDULE_CHANGED: "{actor} changed a scheduled task: {rule}.",
    Verb.SCHEDULE_SWITCHED_ON: "{actor} switched a scheduled task on: {rule}.",
    Verb.SCHEDULE_SWITCHED_OFF: "{actor} switched a scheduled task off: {rule}.",
    Verb.SCHEDULE_REMOVED: "{actor} removed a scheduled task: {rule}.",
    Verb.SCHEDULE_RUN: "A scheduled task ran ({rule}) and asked for what it does, of its plans.",
    Verb.SCHEDULE_NOT_RUN: "A scheduled task ({rule}) came to its turn. {reason}.",
    Verb.FRESHNESS_TARGET_CHANGED: "{actor} changed the freshness target of {plan}.",
    Verb.SSN_REVEALED: "{actor} looked at a participant's whole SSN. Reason: {reason}.",
    Verb.GUARD_LIMIT_CHANGED: "{actor} changed a limit of {plan} above which a run is held.",
    Verb.FIELD_PINNED: "{actor} edited a field of {plan}; syncs leave it alone from then on.",
    Verb.FIELD_UNPINNED: "{actor} let syncs write a field of {plan} again.",
    Verb.DEFAULT_PATH_CHANGED: "{actor} changed the default path of {plan}.",
    Verb.FIRM_CHANGED: "{actor} changed the firm's settings.",
    Verb.SUBMISSION_REQUESTED: "{actor} asked for a change in {plan}; it is on its way to the recordkeeper.",
    Verb.SUBMISSION_CONFIRMED: "The recordkeeper's data show the change with receipt {receipt}.",
    Verb.SUBMISSION_REJECTED: "The recordkeeper rejected the change with receipt {receipt}. {reason}.",
    Verb.SUBMISSION_UNCONFIRMED: "The recordkeeper accepted the change with receipt {receipt}, but its data do not show it.",
    Verb.SUBMISSION_UNDELIVERED: "The change with receipt {receipt} could not be delivered for over a day. {reason}.",
    Verb.SUBMISSION_RETRIED: "{actor} let the next step of the change with receipt {receipt} be done at once.",
    Verb.PARTICIPANT_INVITED: "{actor} invited a participant of {plan} to enroll.",
    Verb.ENROLLMENT_CLEARED: (
        "{actor} deleted what is kept no longer of the Enrollment site of {plan}: {visits} visits that were not confirmed, "
        "{invitations} invitations that were used or had expired."
    ),
    Verb.PREVIEW_LAUNCHED: "{actor} looked at the Enrollment site of {plan} as a participant would see it.",
    Verb.NOTIFICATION_SETTINGS_CHANGED: "{actor} changed who is told, or in which words: {event}, of {plan}.",
    Verb.NOTIFICATION_SENT: "The mail server took a mail to {to}: {event}, of {plan}.",
    Verb.NOTIFICATION_FAILED: "A mail to {to} was not sent: {event}, of {plan}. {reason}.",
    Verb.NOTIFICATION_REPROCESSED: "{actor} let a mail to {to} be sent again: {event}, of {plan}.",
    Verb.QUESTIONNAIRE_CLONED: "{actor} cloned the risk questionnaire {based_on} as {name}.",
    Verb.QUESTIONNAIRE_CHANGED: "{actor} changed the risk questionnaire {name}.",
    Verb.QUESTIONNAIRE_FINALIZED: "{actor} finalized the risk questionnaire {name}: it never changes from then on.",
    Verb.QUESTIONNAIRE_REMOVED: "{actor} removed the risk questionnaire {name}, a draft that nothing used.",
    Verb.PROVIDER_ADDED: "{actor} added the managed-account provider {name}.",
    Verb.PROVIDER_CHANGED: "{actor} changed the managed-account provider {name}.",
    Verb.PLACEMENT: "{found} new entrants of {plan} have chosen nothing yet; {placed} were placed into the managed account. {reason}",
    Verb.PLACEMENT_SETTING_CHANGED: "{actor} changed whether new entrants of {plan} are placed into the managed account.",
}
LABELS = {
    "already_waiting": "Plans that waited for a sync already",
    "requested_later": "Plans asked for later in the window",
    "plans_dropped": "Plans of its last run not asked for any more",
    "is_caught_up": "Caught up for a missed time",
    "due_at": "Was due at",
    "task_type": "Task",
    "plan": "Plan id at the recordkeeper",
    "previous": "Version before",
    "has_new_credentials": "New credentials",
}
# Codes in details whose words are not their own: by the detail's name.
CODES = {
    "task_type": {
        "plan": "Plan Sync",
        "participants": "Participant Sync",
        "placement": "Managed account placement",
    },
    "decision": {
        "accept": "accepted",
        "keep_live": "what is live stays",
        "map_to": "the money goes to another fund",
        "leave_money": "the money stays where it is",
        "keep_ours": "our value stays",
        "take_theirs": "the recordkeeper's value is taken",
        "seen": "seen",
        "undone": "the decision was undone",
    },
}
# Numbers for the machine, what the sentence says already, and what stands as a change below.
LEFT_OUT = frozenset(
    {
        "firm_id",
        "schedule",
        "outcome",
        "before",
        "after",
        "changed",
        "run",
        "field",
        "notification",
        "questionnaire_id",
        "provider_id",
    }
)


@dataclass(frozen=True)
class EntryChange:
    """A field with its values before and after, as text; an unknown one is empty."""

    field: str
    before: str
    after: str


def entry_sentence(verb: str, actor: str, plan: str, detail: Mapping[str, Any]) -> str:
    """What happened, in a sentence."""
    values = {name: detail_text(name, value).rstrip(".") for name, value in detail.items()}
    pattern = SENTENCES.get(Verb(verb), "{actor}: " + str(Verb(verb).label).lower() + ".")
    return pattern.format_map(Known({**values, "actor": actor, "plan": plan or "the plan"}))


class Known(dict[str, str]):
    """Values of a sentence, three dots for one that the entry does not have."""

    def __missing__(self, key: str) -> str:
        return "..."


def entry_details(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The details of an entry as (name, value) in words."""
    found = []
    for name, value in detail.items():
        if name not in LEFT_OUT and value not in (None, "", [], {}):
            found.append((label_of(name), detail_text(name, value)))
    return found


def entry_changes(detail: Mapping[str, Any]) -> list[EntryChange]:
    """What an entry changed, field by field."""
    changed, before, after = detail.get("changed"), detail.get("before"), detail.get("after")
    if isinstance(changed, dict):
        pairs = {name: (pair[0], pair[1]) for name, pair in changed.items()}
    elif isinstance(before, dict) and isinstance(after, dict):
        pairs = {name: (before.get(name), value) for name, value in after.items()}
    elif before is not None or after is not None:
        pairs = {str(detail.get("field") or "value"): (before, after)}
    else:
        return []
    return [EntryChange(label_of(name), value_text(old), value_text(new)) for name, (old, new) in pairs.items()]


def label_of(name: str) -> str:
    """A detail's name in words."""
    return LABELS.get(name) or name.replace("_", " ").capitalize()


def detail_text(name: str, value: object) -> str:
    """A detail's value in words."""
    words = CODES.get(name, {}).get(str(value))
    return value_text(value) if words is None else words


def value_text(value: object) -> str:
    """A value in words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict):
        return ", ".join(f"{label_of(str(name))} {value_text(one)}" for name, one in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(value_text, value))
    if isinstance(value, str):
        return time_in_words(value) if BEGINS_AS_TIME.match(value) else value
    return f"{value:,}" if isinstance(value, int) else str(value)


def time_in_words(text: str) -> str:
    """A day or a moment (ISO 8601) as pages write it, in the zone of the page; any other text as it is."""
    try:
        if len(text) == len("2026-11-22"):
            return date_format(date.fromisoformat(text), "M j, Y")
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if moment.tzinfo is None else date_format(timezone.localtime(moment), "M j, Y, g:i A T")
