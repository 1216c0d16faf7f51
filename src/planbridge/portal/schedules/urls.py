"""Routes of Task Scheduling; their names stand among those of the Activity Monitor (activity:schedules)."""

from django.urls import URLPattern, URLResolver, path

from planbridge.portal.schedules.edit import edit, new
from planbridge.portal.schedules.plan_search import chosen_plan, find_plans_to_pick
from planbridge.portal.schedules.task import act, task
from planbridge.portal.schedules.task_list import recommended, task_list

urlpatterns: list[URLPattern | URLResolver] = [
    path("", task_list, name="schedules"),
    path("new/", new, name="schedule_new"),
    path("recommended/", recommended, name="schedule_recommended"),
    path("plans/", find_plans_to_pick, name="schedule_plans"),
    path("plans/<int:plan_id>/", chosen_plan, name="schedule_plan"),
    path("<int:schedule_id>/", task, name="schedule"),
    path("<int:schedule_id>/edit/", edit, name="schedule_edit"),
    path("<int:schedule_id>/run/", act, {"name": "run"}, name="schedule_run"),
    path("<int:schedule_id>/on/", act, {"name": "on"}, name="schedule_on"),
    path("<int:schedule_id>/off/", act, {"name": "off"}, name="schedule_off"),
    path("<int:schedule_id>/delete/", act, {"name": "delete"}, name="schedule_delete"),
]
