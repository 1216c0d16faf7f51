"""A run's proof as a file to keep: JSON or CSV."""

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from planbridge.portal.activity.scope import run_of
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.security.roles import Right
from planbridge.sync.run_page import proof_lines
from planbridge.sync.run_proof import proof_as_csv, proof_as_json


@needs(Right.SEE_PLANS)
@require_safe
def proof(request: PortalRequest, run_id: UUID, form: str) -> HttpResponseBase:
    """The proof of a run as a file of a form ("json" or "csv"); 404 for a run that read nothing."""
    run = run_of(request, run_id)
    if not proof_lines(run):
        message = "This run has no proof: it read nothing."
        raise Http404(message)
    response: HttpResponse | StreamingHttpResponse
    if form == "json":
        response = JsonResponse(proof_as_json(run, run.plan.external_plan_id), json_dumps_params={"indent": 2})
    else:
        response = StreamingHttpResponse(proof_as_csv(run), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="proof-{run.id}.{form}"'
    return response
