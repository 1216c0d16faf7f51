"""Reveals an SSN: shown in full to one user once, and logged with the reason before it is."""

from django.db import transaction

from planbridge.activity.entry import Verb
from planbridge.activity.masking import mask_text
from planbridge.activity.record import Happening, record_activity
from planbridge.participants.participant import Participant
from planbridge.security.access_log import log_reveal
from planbridge.security.roles import Right, may
from planbridge.security.ssn import unseal_ssn
from planbridge.security.user import User

REASON_CHARACTERS_MIN, REASON_CHARACTERS_MAX = 5, 500


class RevealRefused(Exception):  # noqa: N818 - says what happened
    """The SSN is not shown and nothing is logged; the message says why."""


def reveal_ssn(plan_id: int, participant_id: str, *, reason: str, user: User) -> str:
    """A person's SSN as 900-11-0001, after the access log and the activity have the reason, the user and the time.

    Raises RevealRefused without the right or a reason, Participant.DoesNotExist for nobody.
    """
    if not may(user, Right.REVEAL_SENSITIVE_DATA):
        raise RevealRefused("Your role does not allow this; an Admin of your firm can give you the right.")
    said = mask_text(" ".join(reason.replace("\x00", "").split()))
    if not REASON_CHARACTERS_MIN <= len(said) <= REASON_CHARACTERS_MAX:
        message = f"Say in {REASON_CHARACTERS_MIN} to {REASON_CHARACTERS_MAX} characters what you need it for."
        raise RevealRefused(message)
    with transaction.atomic():
        person = Participant.objects.get(plan_id=plan_id, participant_id=participant_id)
        digits = unseal_ssn(person.ssn_sealed, plan_id, participant_id)
        happening = Happening(
            Verb.SSN_REVEALED, user.actor, plan_id=plan_id, participant_id=participant_id, detail={"reason": said}
        )
        log_reveal(plan_id, participant_id, id=happening.id, reason=said, user=user)
        record_activity(happening)
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"
