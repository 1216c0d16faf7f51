"""An activity entry in words: a sentence of what happened, its details by name, and what changed from what to what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planbridge.activity.entry import Verb

# {actor}: who; {plan}: which plan; the rest is from the entry's detail.
SENTENCES = {
    Verb.PLAN_ADDED: "{actor} added {plan}. Its first Plan Sync starts by itself.",
    Verb.PLAN_ACTIVATED: "{actor} activated version {version} of {plan}: participants see it from then on.",
    Verb.PLAN_DEACTIVATED: "{actor} deactivated {plan}: participants do not see it any more. Reason: {reason}.",
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
    Verb.SCHEDULE_RUN: "A scheduled task ran ({rule}) and asked for syncs of its plans.",
    Verb.SCHEDULE_NOT_RUN: "A scheduled task ({rule}) came to its turn. {reason}.",
    Verb.FRESHNESS_TARGET_CHANGED: "{actor} changed the freshness target of {plan}.",
    Verb.SSN_REVEALED: "{actor} looked at a participant's whole SSN. Reason: {reason}.",
    Verb.GUARD_LIMIT_CHANGED: "{actor} changed a limit of {plan} above which a run is held.",
    Verb.FIELD_PINNED: "{actor} edited a field of {plan}; syncs leave it alone from then on.",
    Verb.FIELD_UNPINNED: "{actor} let syncs write a field of {plan} again.",
    Verb.DEFAULT_PATH_CHANGED: "{actor} changed the default path of {plan}.",
    Verb.FIRM_CHANGED: "{actor} changed the firm's settings.",
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
TASKS = {"plan": "Plan Sync", "participants": "Participant Sync"}
# Numbers for the machine, what the sentence says already, and what stands as a change below.
LEFT_OUT = frozenset({"firm_id", "schedule", "outcome", "before", "after", "changed", "run", "field"})


@dataclass(frozen=True)
class EntryChange:
    """A field with its values before and after, as text; an unknown one is empty."""

    field: str
    before: str
    after: str


def entry_sentence(verb: str, actor: str, plan: str, detail: Mapping[str, Any]) -> str:
    """What happened, in a sentence."""
    values = {name: value_text(value).rstrip(".") for name, value in detail.items()}
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
            text = TASKS.get(str(value), value_text(value)) if name == "task_type" else value_text(value)
            found.append((label_of(name), text))
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
    return f"{value:,}" if isinstance(value, int) else str(value)
