"""The confirmation report of a submission, with all that was confirmed together with it, as a PDF."""

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from planbridge.participants.models import Participant
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.submissions.found import find_own
from planbridge.security.roles import Right
from planbridge.sync.submission_events import confirmation_of
from planbridge.sync.submission_language import language_from
from planbridge.sync.submission_list import confirmed_together
from planbridge.sync.submission_report import confirmation_report, file_name_of
from planbridge.sync.submission_words import code_names_of


@needs(Right.SEE_PLANS)
@require_safe
def report(request: PortalRequest, plan_id: int, receipt: str) -> HttpResponseBase:
    """The PDF, in the language that the address names."""
    plan, found = find_own(request, plan_id, receipt)
    person = Participant.objects.filter(plan_id=plan.pk, participant_id=found.participant_id).first()
    asked = confirmation_of(
        plan,
        person,
        confirmed_together(found),
        names=code_names_of(plan.pk),
        language=language_from(request.GET.get("language")),
    )
    response = HttpResponse(confirmation_report(asked), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name_of(asked)}"'
    response.headers["Cache-Control"] = "no-store"
    return response
