"""The list as a file: every row that its filters choose, as CSV or NDJSON, sent while it is read."""

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from planbridge.activity.export import as_csv, as_ndjson, feed_rows
from planbridge.plans.access import plans_of
from planbridge.portal.activity.asked import asked_of
from planbridge.portal.activity.scope import scope_of
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.security.roles import Right

FORMS = {"csv": (as_csv, "text/csv; charset=utf-8"), "ndjson": (as_ndjson, "application/x-ndjson")}


@needs(Right.SEE_PLANS)
@require_safe
def export(request: PortalRequest, form: str) -> HttpResponseBase:
    """The rows of the list as a file of a form ("csv" or "ndjson"), in bounded memory."""
    write, content_type = FORMS[form]
    asked = asked_of(request.GET, plans_of(request.user))
    rows = feed_rows(scope_of(request.user), asked.wanted)
    response = StreamingHttpResponse(write(rows), content_type=content_type)
    name = f"activity-{timezone.localdate().isoformat()}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
