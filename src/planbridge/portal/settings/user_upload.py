"""Bulk upload of users: a CSV file in, each row's outcome out."""

from django.http import HttpResponseBase
from django.views.decorators.cache import never_cache

from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.settings.links import shown_link
from planbridge.portal.settings.user_form import UploadForm
from planbridge.security.roles import Right
from planbridge.users.upload import BYTES_MAX, HEADER, NEEDED, UploadRefused, upload_users


@needs(Right.CHANGE_USERS)
@never_cache
def upload(request: PortalRequest) -> HttpResponseBase:
    """Invite the users of a file; links and reasons stand on the answer."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["users"].read(BYTES_MAX + 1)
        try:
            rows = upload_users(request.user.firm, content, actor=request.user.actor)
        except UploadRefused as refused:
            form.add_error("users", str(refused))
        else:
            context = {
                "links": [shown_link(request, row.invited) for row in rows if row.invited],
                "refused": [row for row in rows if row.reason],
                "row_count": len(rows),
                "is_upload": True,
            }
            return render_page(request, "portal/settings/links.html", context)
    context = {"form": form, "columns": HEADER, "needed": NEEDED}
    return render_page(request, "portal/settings/upload.html", context, status=422 if form.errors else 200)
