"""A questionnaire's history: what it was cloned from, what was cloned from it, and who changed what when."""

from collections.abc import Iterator
from dataclasses import dataclass

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.activity.entry_words import entry_sentence
from planbridge.plans.questionnaire import Questionnaire

VERBS = (
    Verb.QUESTIONNAIRE_CLONED,
    Verb.QUESTIONNAIRE_CHANGED,
    Verb.QUESTIONNAIRE_FINALIZED,
    Verb.QUESTIONNAIRE_REMOVED,
)
ENTRIES_SHOWN = 20


@dataclass(frozen=True)
class ShownEntry:
    """An activity entry with its sentence."""

    entry: ActivityEntry
    sentence: str


@dataclass(frozen=True)
class History:
    """Where a questionnaire comes from (nearest first), what came from it, and the newest activity on it."""

    ancestors: tuple[Questionnaire, ...]
    clones: tuple[Questionnaire, ...]
    entries: tuple[ShownEntry, ...]


def history_of(one: Questionnaire) -> History:
    """The history, in two statements: a firm has a handful of questionnaires."""
    relatives = {found.pk: found for found in Questionnaire.objects.defer("content").filter(firm_id=one.firm_id)}
    clones = sorted((found for found in relatives.values() if found.based_on_id == one.pk), key=lambda found: found.pk)
    entries = ActivityEntry.objects.filter(
        firm_id=one.firm_id, verb__in=VERBS, detail__questionnaire_id=one.pk
    ).order_by("-happened_at", "-id")[:ENTRIES_SHOWN]
    shown = (ShownEntry(entry, entry_sentence(entry.verb, entry.actor, "", entry.detail)) for entry in entries)
    return History(tuple(_ancestors(one, relatives)), tuple(clones), tuple(shown))


def _ancestors(one: Questionnaire, relatives: dict[int, Questionnaire]) -> Iterator[Questionnaire]:
    """What it was cloned from, what that was cloned from, and so on; a clone is younger than its origin: no circle."""
    based_on_id = one.based_on_id
    while based_on_id is not None:
        found = relatives[based_on_id]
        yield found
        based_on_id = found.based_on_id
