"""Events that somebody may be told of, and for whom each is."""

from dataclasses import dataclass

from django.db import models


class Event(models.TextChoices):
    """What somebody may be told of."""

    ENROLLMENT = "enrollment", "Enrollment"  # somebody chose to save, for the first time
    RATE_CHANGED = "rate_changed", "Contribution rate changed"  # of any source, the stop at 0 % by itself among them
    ALLOCATION_CHANGED = "allocation_changed", "Allocation changed"  # where new money goes
    BENEFICIARY_CHANGED = "beneficiary_changed", "Beneficiaries changed"  # who they are, not for how much
    TRANSFER_REQUESTED = "transfer_requested", "Balance transfer requested"  # of money that is there already
    OPTED_OUT = "opted_out", "Opted out"  # "I don't want to enroll"
    SUBMISSION_REJECTED = "submission_rejected", "Change rejected"  # by the recordkeeper, with its reason
    SYNC_FAILED = "sync_failed", "Sync failed"  # the first run that ended with Error, not each
    SYNC_RECOVERED = "sync_recovered", "Sync recovered"  # the first run that went through after that


class Audience(models.TextChoices):
    """Who is told, each in words of their own."""

    PARTICIPANT = "participant", "Participant"  # the one whom it is about
    CONTACTS = "contacts", "Plan's recipients"  # contacts of the plan by role, and addresses typed in


class ContactRole(models.TextChoices):
    """The roles of a plan's contacts, as the Recordkeeper API has them."""

    PRIMARY = "primary", "Primary contact"
    ADMINISTRATOR = "administrator", "Administrator"
    SPONSOR = "sponsor", "Sponsor"
    ADVISOR = "advisor", "Advisor"
    TRUSTEE = "trustee", "Trustee"
    OTHER = "other", "Other contacts"


@dataclass(frozen=True)
class EventGroup:
    """Events that stand together on the page."""

    title: str
    events: tuple[Event, ...]


SYNC_EVENTS = (Event.SYNC_FAILED, Event.SYNC_RECOVERED)
GROUPS = (
    EventGroup("Participants' decisions", tuple(event for event in Event if event not in SYNC_EVENTS)),
    EventGroup("Syncs", SYNC_EVENTS),
)
GLOSSES = {
    Event.ENROLLMENT: "A participant enrolled.",
    Event.RATE_CHANGED: "A participant changed how much they save.",
    Event.ALLOCATION_CHANGED: "A participant changed how new money is invested.",
    Event.BENEFICIARY_CHANGED: "A participant changed their beneficiaries.",
    Event.TRANSFER_REQUESTED: "A participant asked to move money from fund to fund.",
    Event.OPTED_OUT: "A participant chose not to enroll.",
    Event.SUBMISSION_REJECTED: "The recordkeeper rejected what a participant asked for.",
    Event.SYNC_FAILED: "A sync of the plan ended with Error. Told once, not for each run that fails after it.",
    Event.SYNC_RECOVERED: "Syncs of the plan go through again.",
}


def audiences_of(event: Event) -> tuple[Audience, ...]:
    """Who can be told of an event: a sync is about no participant."""
    return (Audience.CONTACTS,) if event in SYNC_EVENTS else tuple(Audience)
