"""Routes of plans."""

from django.urls import URLPattern, URLResolver, path

from planbridge.portal.plans.activation import activate, approve, cancel_date, date, deactivate
from planbridge.portal.plans.adding import add, pick
from planbridge.portal.plans.drafts import create, discard
from planbridge.portal.plans.fields import field, pin, unpin
from planbridge.portal.plans.last_sync import progress, sync
from planbridge.portal.plans.paths import default_path, paths, placement
from planbridge.portal.plans.paths_edit import add_portfolio, back, decide_place, edit, fund
from planbridge.portal.plans.plan_activity import activity
from planbridge.portal.plans.preview import preview
from planbridge.portal.plans.review import accept_rest, comment, decide, draft, review_json, review_print, undo
from planbridge.portal.plans.specifications import details
from planbridge.portal.plans.summary import summary
from planbridge.portal.plans.versions import rollback, versions

app_name = "plans"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", summary, name="summary"),
    path("add/", add, name="add"),
    path("add/pick/", pick, name="pick"),
    path("<int:plan_id>/", details, name="details"),
    path("<int:plan_id>/sync/", sync, name="sync"),
    path("<int:plan_id>/sync/<uuid:run_id>/", progress, name="progress"),
    path("<int:plan_id>/fields/<path:field>/", field, name="field"),
    path("<int:plan_id>/pin/<path:field>/", pin, name="pin"),
    path("<int:plan_id>/unpin/<path:field>/", unpin, name="unpin"),
    path("<int:plan_id>/draft/", draft, name="draft"),
    path("<int:plan_id>/draft/create/", create, name="create_draft"),
    path("<int:plan_id>/draft/discard/", discard, name="discard_draft"),
    path("<int:plan_id>/draft/review.json", review_json, name="review_json"),
    path("<int:plan_id>/draft/print/", review_print, name="review_print"),
    path("<int:plan_id>/draft/decide/", decide, name="decide"),
    path("<int:plan_id>/draft/undo/", undo, name="undo_decision"),
    path("<int:plan_id>/draft/accept/", accept_rest, name="accept_rest"),
    path("<int:plan_id>/draft/comment/", comment, name="comment"),
    path("<int:plan_id>/draft/approve/", approve, name="approve"),
    path("<int:plan_id>/draft/date/", date, name="activation_date"),
    path("<int:plan_id>/draft/date/cancel/", cancel_date, name="cancel_activation_date"),
    path("<int:plan_id>/versions/", versions, name="versions"),
    path("<int:plan_id>/versions/<int:number>/", rollback, name="roll_back"),
    path("<int:plan_id>/activate/", activate, name="activate"),
    path("<int:plan_id>/deactivate/", deactivate, name="deactivate"),
    path("<int:plan_id>/paths/", paths, name="paths"),
    path("<int:plan_id>/paths/default/", default_path, name="default_path"),
    path("<int:plan_id>/paths/placement/", placement, name="placement"),
    path("<int:plan_id>/paths/edit/", edit, name="paths_edit"),
    path("<int:plan_id>/paths/back/", back, name="paths_back"),
    path("<int:plan_id>/paths/decide/", decide_place, name="paths_decide"),
    path("<int:plan_id>/paths/portfolio/", add_portfolio, name="paths_portfolio"),
    path("<int:plan_id>/paths/funds/<path:fund>/", fund, name="paths_fund"),
    path("<int:plan_id>/preview/", preview, name="preview"),
    path("<int:plan_id>/activity/", activity, name="activity"),
]
