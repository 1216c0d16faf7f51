"""Users of the firm: who they are, what they may, whether they came; searched, filtered and in pages."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Collate
from django.http import Http404, HttpResponseBase, QueryDict
from django.views.decorators.http import require_safe

from planbridge.activity.keyset import CursorInvalid, Ordering, read_page
from planbridge.plans.access import PlanAccess
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.table import page_ask, shown_text
from planbridge.security.roles import Right
from planbridge.security.user import Role, User

PAGE, LIST = "portal/settings/users.html", "portal/settings/users_part.html"
# By bytes, as keyset pages need it, whatever the database's collation.
BY_EMAIL = Ordering(("by_email",), is_indexed=False)
SEARCH_CHARACTERS_MAX = 200


def find_user(request: PortalRequest, user_id: int) -> User:
    """A user of the same firm; 404 for any other."""
    found = User.objects.filter(firm_id=request.user.firm_id, pk=user_id).first()
    if found is None:
        message = "There is no such user in your firm."
        raise Http404(message)
    return found


def users_found(request: PortalRequest, query: QueryDict) -> QuerySet[User]:
    """The users of the firm that an address asks for; words that mean nothing here are passed over."""
    found = User.objects.filter(firm_id=request.user.firm_id)
    text = query.get("q", "").strip()[:SEARCH_CHARACTERS_MAX]
    if text:
        found = found.filter(Q(email__istartswith=text) | Q(name__istartswith=text))
    return found.filter(role=query["role"]) if query.get("role") in Role.values else found


@needs(Right.CHANGE_USERS)
@require_safe
def user_list(request: PortalRequest) -> HttpResponseBase:
    """The list, as the address says."""
    query = request.GET
    keys = users_found(request, query).annotate(by_email=Collate("email", "C")).values("pk", "by_email")
    try:
        page = read_page([keys], BY_EMAIL, page_ask(query))
    except CursorInvalid as invalid:
        message = "This page of the list is not there any more."
        raise Http404(message) from invalid
    ids = [row["pk"] for row in page.rows]
    users = {user.pk: user for user in User.objects.filter(pk__in=ids)}
    given = PlanAccess.objects.filter(user_id__in=ids).values("user_id").annotate(plans=Count("pk"))
    context: dict[str, Any] = {
        "users": [users[one] for one in ids if one in users],
        "plan_counts": {row["user_id"]: row["plans"] for row in given},
        "page": page,
        "shown": shown_text(page, "users"),
        "is_filtered": bool(query.get("q") or query.get("role")),
        "search": query.get("q", "")[:SEARCH_CHARACTERS_MAX],
        "wanted_role": query.get("role", ""),
        "roles": Role.choices,
    }
    return render_page(request, PAGE, context, part=LIST)
