"""Mails the links of invitations, in English and Spanish; a link is kept nowhere, so that no job can send it later."""

from collections.abc import Callable, Sequence

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from planbridge.enrollment.invitation import Invited
from planbridge.plans.plan import Plan

SUBJECT = "{plan}: your link to enroll / su enlace para inscribirse"
TEXT = """{name},

{employer} invites you to the {plan}. Open this link to choose how you save for your retirement:

{link}

It is for you alone, works once, and ends after 14 days. If you did not expect it, leave it unopened.

{employer} lo invita al {plan}. Abra este enlace para elegir cómo ahorrar para su jubilación:

{link}

Es solo para usted, funciona una vez y termina a los 14 días. Si no lo esperaba, no lo abra.
"""
log = structlog.get_logger()


def mail_invitations(plan: Plan, invited: Sequence[Invited], link_of: Callable[[str], str]) -> frozenset[str]:
    """Mail each their link over one connection; answers the participant ids of those whose mail was taken.

    Nobody without an address, nobody where mail is not configured; a mail server that fails ends it, and is logged.
    """
    with_address = [one for one in invited if (one.person.email or "").strip()]
    if not settings.IS_MAIL_CONFIGURED or not with_address:
        return frozenset()
    taken = set()
    try:
        with get_connection() as connection:
            for one in with_address:
                if connection.send_messages([mail_of(plan, one, link_of(one.token))]):
                    taken.add(one.person.participant_id)
    except OSError as error:  # smtplib's own errors are such
        log.warning("invitations to enroll were not all mailed", plan=plan.pk, kind=type(error).__name__)
    return frozenset(taken)


def mail_of(plan: Plan, invited: Invited, link: str) -> EmailMessage:
    """The mail to one participant."""
    person = invited.person
    name = " ".join(filter(None, (person.first_name, person.last_name)))
    plan_name = " ".join((plan.name or plan.external_plan_id).split())  # a subject has one line
    values = {"name": name, "plan": plan_name, "employer": plan.employer_name or plan_name, "link": link}
    return EmailMessage(SUBJECT.format_map(values), TEXT.format_map(values), to=[(person.email or "").strip()])
