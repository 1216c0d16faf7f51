"""Routes of settings."""

from django.urls import URLPattern, URLResolver, path

from planbridge.portal.settings.limits import plan_defaults, plan_limits
from planbridge.portal.settings.profile import profile
from planbridge.portal.settings.providers import new_provider, provider, provider_list
from planbridge.portal.settings.questionnaire_page import finalize, questionnaire, questions, remove
from planbridge.portal.settings.questionnaire_preview import preview
from planbridge.portal.settings.questionnaires import clone, clone_default, questionnaire_list
from planbridge.portal.settings.user_list import user_list
from planbridge.portal.settings.user_pages import invite, invite_anew, switch, user_page, without_second_factor
from planbridge.portal.settings.user_plans import user_plans
from planbridge.portal.settings.user_upload import upload

app_name = "settings"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", profile, name="profile"),
    path("plan-defaults/", plan_defaults, name="plan_defaults"),
    path("plans/<int:plan_id>/", plan_limits, name="plan_limits"),
    path("questionnaires/", questionnaire_list, name="questionnaires"),
    path("questionnaires/clone/", clone_default, name="questionnaire_clone_default"),
    path("questionnaires/<int:questionnaire_id>/", questionnaire, name="questionnaire"),
    path("questionnaires/<int:questionnaire_id>/questions/", questions, name="questionnaire_questions"),
    path("questionnaires/<int:questionnaire_id>/preview/", preview, name="questionnaire_preview"),
    path("questionnaires/<int:questionnaire_id>/clone/", clone, name="questionnaire_clone"),
    path("questionnaires/<int:questionnaire_id>/finalize/", finalize, name="questionnaire_finalize"),
    path("questionnaires/<int:questionnaire_id>/remove/", remove, name="questionnaire_remove"),
    path("providers/", provider_list, name="providers"),
    path("providers/new/", new_provider, name="provider_new"),
    path("providers/<int:provider_id>/", provider, name="provider"),
    path("users/", user_list, name="users"),
    path("users/invite/", invite, name="invite"),
    path("users/upload/", upload, name="upload"),
    path("users/<int:user_id>/", user_page, name="user"),
    path("users/<int:user_id>/plans/", user_plans, name="user_plans"),
    path("users/<int:user_id>/link/", invite_anew, name="link"),
    path("users/<int:user_id>/remove-second-factor/", without_second_factor, name="remove_second_factor"),
    path("users/<int:user_id>/deactivate/", switch, {"is_active": False}, name="deactivate"),
    path("users/<int:user_id>/reactivate/", switch, {"is_active": True}, name="reactivate"),
]
