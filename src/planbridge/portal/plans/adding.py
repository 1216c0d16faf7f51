"""Adding plans: by their ids at the recordkeeper, or picked from its list; each one's first Plan Sync starts by itself."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from planbridge.plans.access import plans_of
from planbridge.plans.lifecycle import PlanIdInvalid, add_plans
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.table import number_of
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import ConnectorError, ListedPlan
from planbridge.recordkeepers.registry import connector_for
from planbridge.security.roles import Right
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind

PAGE, LIST = "portal/plans/add.html", "portal/plans/add_list.html"
LISTED_MAX = 2000


class AddingForm(forms.Form):
    """Which plans of which recordkeeper."""

    connection = forms.ModelChoiceField(Connection.objects.none(), label="Recordkeeper", empty_label=None)
    plan_ids = forms.CharField(
        label="Plan ids",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="As the recordkeeper has them, such as 900100; several with commas, spaces or on lines of their own.",
    )

    def listed(self, picked: list[str]) -> list[ListedPlan]:
        """The plans that were typed and picked."""
        typed = self.cleaned_data["plan_ids"].replace(",", " ").split()
        return [ListedPlan(one, "", None) for one in dict.fromkeys([*typed, *picked])]


def adding_form(request: PortalRequest) -> AddingForm:
    """The form with the recordkeepers of the user's firm."""
    form = AddingForm(request.POST or None)
    choice = form.fields["connection"]
    assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101 - as declared above; for the types
    choice.queryset = Connection.objects.filter(firm_id=request.user.firm_id).order_by("name")
    return form


@needs(Right.ADD_PLANS)
def add(request: PortalRequest) -> HttpResponseBase:
    """Add plans and ask for their first Plan Syncs."""
    form = adding_form(request)
    if request.method == "POST" and form.is_valid():
        wanted = form.listed(request.POST.getlist("picked"))
        if not wanted:
            form.add_error("plan_ids", "Type at least one plan id, or pick plans from the recordkeeper's list.")
        else:
            try:
                return added(request, form.cleaned_data["connection"], wanted)
            except PlanIdInvalid as invalid:
                form.add_error("plan_ids", str(invalid))
    has_connection = Connection.objects.filter(firm_id=request.user.firm_id).exists()
    context = {"form": form, "has_connection": has_connection}
    return render_page(request, PAGE, context, status=422 if form.errors else 200)


def added(request: PortalRequest, connection: Connection, wanted: list[ListedPlan]) -> HttpResponse:
    """Add, request, and say so on Plan Summary."""
    plans = add_plans(connection, wanted, actor=request.user.actor)
    fresh = [plan for plan in plans if plan.document_as_of is None]
    request_syncs(fresh, RunKind.PLAN, actor=request.user.actor)
    known = len(plans) - len(fresh)
    said = f"{counted(len(fresh))} added. The first Plan Sync has started by itself."
    messages.success(request, said if fresh else "Nothing to add: all of these plans are here already.")
    if fresh and known:
        messages.info(request, f"{counted(known)} of those were here already.")
    return redirect("plans:summary")


@needs(Right.ADD_PLANS)
@require_GET
def pick(request: PortalRequest) -> HttpResponseBase:
    """The recordkeeper's own list of plans, asked for now, to pick from (a part of the page `add`)."""
    number = number_of(request.GET.get("connection", ""))
    own = Connection.objects.filter(firm_id=request.user.firm_id)
    connection = None if number is None else own.filter(pk=number).first()
    if connection is None:
        message = "There is no such recordkeeper in your firm."
        raise Http404(message)
    context: dict[str, object] = {"connection": connection}
    try:
        listed = list(connector_for(connection).list_plans())
    except ConnectorError as error:
        return render_page(request, LIST, context | {"problem": error.problem.as_json()})
    here = set(plans_of(request.user).filter(connection=connection).values_list("external_plan_id", flat=True))
    new = [one for one in listed if one.external_plan_id not in here]
    context |= {"listed": new[:LISTED_MAX], "here": len(listed) - len(new), "left_out": max(0, len(new) - LISTED_MAX)}
    return render_page(request, LIST, context)


def counted(number: int) -> str:
    """'1 plan', '12 plans'."""
    return f"{number:,} plan{'' if number == 1 else 's'}"
