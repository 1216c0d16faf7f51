"""The confirmation report of the visit confirmed last: as a PDF in the language of the page, or mailed to the participant."""

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from planbridge.enrollment.kept_visit import last_confirmed
from planbridge.enrollment.visit import Visit
from planbridge.enrollment.visitor import VisitRequest, visited
from planbridge.sync.submission import Submission
from planbridge.sync.submission_events import confirmation_of, mail_confirmation
from planbridge.sync.submission_report import confirmation_report, file_name_of
from planbridge.sync.submission_words import code_names_of


@visited
@require_safe
def report(_request: VisitRequest, visit: Visit) -> HttpResponseBase:
    """The PDF; 404 when nothing was confirmed, or nothing was changed by it."""
    plan, person, made = visit.plan, visit.person, made_last(visit)
    asked = confirmation_of(plan, person, made, names=code_names_of(plan.pk), language=visit.language)
    response = HttpResponse(confirmation_report(asked), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name_of(asked)}"'
    return response


@visited
@require_POST
def mail_report(_request: VisitRequest, visit: Visit) -> HttpResponseBase:
    """Mail the report to the address that the plan has of the participant; pressed again it is not sent again."""
    with transaction.atomic():
        mail_confirmation(visit.plan, visit.person, made_last(visit), now=timezone.now())
    return redirect(f"{reverse('enrollment:receipt')}?mailed=yes")


def made_last(visit: Visit) -> list[Submission]:
    """The submissions of the visit confirmed last, in their order; 404 where nothing was confirmed, or changed by it."""
    plan, person = visit.plan, visit.person
    kept = last_confirmed(plan.pk, person.participant_id)
    rows = Submission.objects.filter(
        plan_id=plan.pk, participant_id=person.participant_id, receipt__in=kept.receipts if kept else []
    )
    made = list(rows.order_by("number"))
    if not made:
        message = "Nothing was confirmed yet."
        raise Http404(message)
    return made
