"""Who asks the portal's pages and what of: users, a task, and the ids and cursors that stand in addresses."""

from datetime import time
from typing import Any

from django.db.models import QuerySet

from benchmarks.portal_data import LARGE_PLAN
from benchmarks.portal_review import draft_to_review
from benchmarks.portal_things import things_to_ask
from planbridge.activity.entry import ActivityEntry
from planbridge.activity.feed import NEWEST_FIRST
from planbridge.activity.keyset import Ordering, cursor_of
from planbridge.participants.models import Participant
from planbridge.participants.name_key import FIRST_NAME, LAST_NAME
from planbridge.participants.people_list import ORDERS, PeopleSort
from planbridge.plans.access import give_plans
from planbridge.plans.models import Plan
from planbridge.plans.plan_list import SORT_KEYS, PlanSort
from planbridge.schedules.rule import Frequency, Rule
from planbridge.schedules.schedule import Schedule
from planbridge.schedules.schedules import add_schedule, create_recommended
from planbridge.schedules.terms import ScheduleTerms
from planbridge.security.firm import Firm
from planbridge.security.user import Role, User
from planbridge.sync.rejected import BY_PERSON, open_records
from planbridge.sync.run import RunKind, SyncRun

USERS, TASKS, GIVEN = 300, 40, 200
FLAGS = {"may_view_sensitive_data": True, "may_activate_plans": True, "may_approve_held_runs": True}


def users_to_ask() -> tuple[User, User]:
    """An Admin, and an Advisor to whom 200 plans were given, among many users; made where they are not there yet."""
    firm = firm_to_ask()
    if not User.objects.exists():
        User.objects.bulk_create(
            User(firm=firm, role=role_of(number), email=f"user-{number}@example.test", name="Example", **FLAGS)
            for number in range(USERS)
        )
        plans = list(range(LARGE_PLAN, LARGE_PLAN + GIVEN))
        for user in User.objects.exclude(role=Role.ADMIN):
            give_plans(user, plans)
    return User.objects.get(email="user-0@example.test"), User.objects.get(email="user-1@example.test")


def role_of(number: int) -> Role:
    """One Admin in a hundred users."""
    return Role.ADMIN if number % 100 == 0 else Role.ADVISOR


def firm_to_ask() -> Firm:
    """The firm that has the plans."""
    return Plan.objects.select_related("firm").get(pk=LARGE_PLAN).firm


def tasks_to_ask() -> Schedule:
    """One of many tasks, with a thousand plans."""
    firm = firm_to_ask()
    if not Schedule.objects.exists():
        create_recommended(firm, actor="benchmark")
        plans = frozenset(range(LARGE_PLAN, LARGE_PLAN + 1000))
        for number in range(TASKS):
            rule = Rule(Frequency.DAILY, "America/New_York", at=time(number % 24))
            add_schedule(firm, ScheduleTerms(list(RunKind)[number % 2], rule, plans), actor="benchmark")
    return Schedule.objects.latest("pk")


def values_to_ask() -> dict[str, Any]:
    """The ids of the large plan and what belongs to it, and cursors into the middle of long lists."""
    plan = Plan.objects.get(pk=LARGE_PLAN)
    draft_to_review(plan)
    run = SyncRun.objects.filter(plan_id=plan.pk).latest("requested_at")
    user = users_to_ask()[1]
    names = Participant.objects.filter(plan_id=plan.pk).annotate(last_key=LAST_NAME, first_key=FIRST_NAME)
    rejected = open_records(plan.pk).values("participant_id").order_by("participant_id")
    entries = ActivityEntry.objects.filter(firm_id=plan.firm_id).exclude(status=None)
    participant_id = Participant.objects.filter(plan_id=plan.pk).order_by("pk")[100].participant_id
    return things_to_ask(plan, participant_id) | {
        "plan_id": plan.pk,
        "run_id": run.id,
        "participant_id": participant_id,
        "connection_id": plan.connection_id,
        "schedule_id": tasks_to_ask().pk,
        "user_id": user.pk,
        "entry_id": entries.filter(plan_id=plan.pk).latest("happened_at").id,
        "field": "employer.phone",
        "number": 1,
        "plans_cursor": middle(Plan.objects.annotate(sort_key=SORT_KEYS[PlanSort.NAME]), Ordering(("sort_key", "id"))),
        "people_cursor": middle(names, Ordering(ORDERS[PeopleSort.NAME])),
        "rejected_cursor": middle(rejected, BY_PERSON),
        "activity_cursor": middle(entries, NEWEST_FIRST),
        "problems_cursor": cursor_of({"number": 10_000}, Ordering(("number",)), 5_000),
    }


def middle(rows: QuerySet[Any, Any], ordering: Ordering) -> str:
    """The cursor of the row in the middle."""
    sign = "-" if ordering.is_descending else ""
    place = rows.count() // 2
    row = rows.order_by(*(f"{sign}{one}" for one in ordering.columns)).values(*ordering.columns)[place]
    return cursor_of(row, ordering, place + 1)
