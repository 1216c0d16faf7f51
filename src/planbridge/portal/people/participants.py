"""The Participants tab: a plan's people, searched, filtered, sorted and in pages, with what to do with them."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.views.decorators.http import require_http_methods
from django_htmx.http import push_url

from planbridge.activity.keyset import SIZES, CursorInvalid
from planbridge.participants.participant import EmploymentStatus, SyncStatus
from planbridge.participants.people_list import PeopleFilter, PeopleSort, count_people, is_ssn, people_page
from planbridge.plans.plan import Plan
from planbridge.portal.page import render_page
from planbridge.portal.people.plan_head import plan_head
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.portal.table import Column, headers, page_ask, shown_text
from planbridge.security.roles import Right

PAGE, LIST = "portal/people/participants.html", "portal/people/participants_list.html"
SEARCH_CHARACTERS_MAX = 200
ASKED = ("q", "synchronization", "employment", "size", "sort", "order", "after", "before")
COLUMNS = (
    Column("Select"),
    Column("Name", PeopleSort.NAME),
    Column("Participant id", PeopleSort.PARTICIPANT_ID),
    Column("SSN"),
    Column("Employment"),
    Column("Synchronization"),
    Column("Balance", is_number=True),
)


def filter_of(query: QueryDict) -> PeopleFilter:
    """Which people an address or a form asks for; words that mean nothing here are passed over."""
    return PeopleFilter(
        search=query.get("q", "").replace("\x00", "").strip()[:SEARCH_CHARACTERS_MAX],
        sync_statuses=tuple(one for one in query.getlist("synchronization") if one in SyncStatus.values),
        employment_statuses=tuple(one for one in query.getlist("employment") if one in EmploymentStatus.values),
    )


def address_of(asked: QueryDict) -> str:
    """What of it may stand in an address: everything but an SSN, which logs and histories would keep."""
    query = QueryDict(mutable=True)
    for name in ASKED:
        values = [value for value in asked.getlist(name) if value and not (name == "q" and is_ssn(value))]
        if values:
            query.setlist(name, values)
    return query.urlencode()


@needs(Right.SEE_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def participants(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """The list, as the address says; the filters are sent by POST, and the answer says which address is theirs."""
    plan = find_plan(request, plan_id)
    asked = request.POST if request.method == "POST" else request.GET
    wanted = filter_of(asked)
    request.GET = QueryDict(address_of(asked))  # the links of the table are made of it
    is_searched_by_ssn = request.method == "POST" and is_ssn(wanted.search)
    if is_ssn(wanted.search) and not is_searched_by_ssn:
        wanted = replace(wanted, search="")
    context = list_context(request, plan, wanted) | {"is_searched_by_ssn": is_searched_by_ssn}
    response = render_page(request, PAGE, context, part=LIST)
    if request.method == "POST":
        response.headers["Cache-Control"] = "no-store"
        return pushed(response, f"{request.path}?{request.GET.urlencode()}")
    return response


def pushed(response: HttpResponse, address: str) -> HttpResponse:
    """The response, with the address that the browser is to show."""
    return push_url(response, address.removesuffix("?"))


def list_context(request: PortalRequest, plan: Plan, wanted: PeopleFilter) -> dict[str, Any]:
    """What the page and its list show."""
    query = request.GET
    sort = PeopleSort(query["sort"]) if query.get("sort") in set(PeopleSort) else PeopleSort.NAME
    is_descending = query.get("order") == "descending"
    try:
        page = people_page(plan.pk, wanted, page_ask(query), sort=sort, is_descending=is_descending)
    except CursorInvalid as invalid:
        message = "This page of the list is not there any more."
        raise Http404(message) from invalid
    head = plan_head(request, plan)
    columns = COLUMNS if head["may_sync"] else COLUMNS[1:]
    is_counted = page.is_total_exact or bool(wanted.search)
    return head | {
        "page": page,
        "total": page.total if is_counted else count_people(plan.pk, wanted),
        "shown": shown_text(page, "people"),
        "headers": headers(columns, query, sort=sort, is_descending=is_descending),
        "wanted": wanted,
        "search": query.get("q", ""),
        "is_filtered": wanted != PeopleFilter(),
        "synchronization_choices": SyncStatus.choices,
        "employment_choices": EmploymentStatus.choices,
        "employment_words": dict(EmploymentStatus.choices),
        "sizes": SIZES,
        "size": page_ask(query).size,
        "sort": sort.value if "sort" in query else "",
        "order": query.get("order", ""),
    }
