"""The pages of activating: errors with their places, OK to warnings, what moved, two people, a date, rolling back."""

from datetime import datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from planbridge.activity.conflict import version_of
from planbridge.notifications.event import Event
from planbridge.notifications.event_setting import EventSetting, set_event, settings_of
from planbridge.plans.lifecycle import activation_date, set_second_approver
from planbridge.plans.plan import Plan, PlanStatus
from planbridge.portal.plans.review_scene import anchor_of
from planbridge.security.firm import Firm
from planbridge.security.user import Role
from tests.portal.conftest import Cast, SignIn
from tests.portal.plans.reviewing import (
    REMOVED,
    RENAMED,
    address,
    decide,
    edit,
    item,
    replaced,
    review,
    sync,
    text_of,
    token,
)

CONFIRMED = "NOTIFICATIONS_NONE"
DISCARD = 'data-opens="discard"'


@pytest.fixture
def ready(waiting: Plan, advisor: Client) -> Plan:
    """The plan with everything decided."""
    decide(advisor, waiting, REMOVED, "map_to:EQ4")
    advisor.post(address("accept_rest", waiting), {"seen": token(waiting)})
    return waiting


def now_of(plan: Plan) -> Plan:
    """The plan as it stands."""
    return Plan.objects.get(pk=plan.pk)


def activate(client: Client, plan: Plan, **more: str) -> str:
    """Activate as the page does, with OK to the warning that nobody is notified; what is answered."""
    sent = {"seen": token(plan), "confirmed": CONFIRMED} | more
    return unescape(client.post(address("activate", plan), sent, follow=True).content.decode())


def test_every_error_leads_to_its_place(waiting: Plan, advisor: Client) -> None:
    """PL-5: nothing is activated while anything is wrong; each error stands in a list with a link to where it is mended."""
    edit(waiting, "paths.help_me_choose", value=True)
    answer = advisor.post(address("activate", waiting), {"seen": token(waiting)})
    page = unescape(answer.content.decode())
    assert (answer.status_code, now_of(waiting).live_version) == (422, 1)
    assert "Not activated: 4 things to mend first" in page
    for code in ("QUESTIONNAIRE_NOT_FINAL", "MAPPING_UNDECIDED", "CHANGE_UNDECIDED"):
        assert code in page, code
    for key in (REMOVED, RENAMED):
        assert f'href="#{anchor_of(key)}"' in page
        assert f'id="{anchor_of(key)}"' in page
    assert f'href="{address("paths", waiting)}"' in page


def test_warnings_ask(ready: Plan, advisor: Client) -> None:
    """PL-5: that nobody is notified is asked about with OK and Cancel; OK activates, and where nothing is to ask, nothing is."""
    asked = advisor.post(address("activate", ready), {"seen": token(ready)})
    page = asked.content.decode()
    assert (asked.status_code, now_of(ready).live_version) == (422, 1)
    for words in ("NOTIFICATIONS_NONE", ">OK<", ">Cancel<", f"/plans/{ready.pk}/notifications/"):
        assert words in page, words
    setting = settings_of(ready.pk)[Event.RATE_CHANGED]
    set_event(ready.pk, Event.RATE_CHANGED, EventSetting(is_on=True), seen=setting.version, actor="test")
    done = activate(advisor, ready, confirmed="")
    assert "Activated. Participants see version 2." in done
    assert now_of(ready).live_version == 2


def test_what_moved_is_shown(ready: Plan, advisor: Client) -> None:
    """PL-6: a draft that moved since it was seen is not activated (409): what moved stands there, with the review anew."""
    text_of(advisor, "draft", ready)
    seen = token(ready)
    document = replaced()
    document["lineup"]["funds"][1]["name"] = "Equity, renamed"
    sync(ready, document)
    stale = advisor.post(address("activate", ready), {"seen": seen, "confirmed": CONFIRMED})
    page = unescape(stale.content.decode())
    assert (stale.status_code, now_of(ready).live_version) == (409, 1)
    for words in ("the draft changed since you looked at it", "EQ4: renamed", "is now Equity, renamed", "decided"):
        assert words in page, words


def test_activating_twice_says_so(ready: Plan, advisor: Client, admin: Client) -> None:
    """PL-6: the second of two people is told that the draft is gone, and nothing happens."""
    seen = token(ready)
    activate(admin, ready)
    late = advisor.post(address("activate", ready), {"seen": seen, "confirmed": CONFIRMED})
    assert (late.status_code, now_of(ready).live_version) == (409, 2)
    assert b"No draft waits" in late.content


def test_two_people(ready: Plan, advisor: Client, admin: Client) -> None:
    """PL-6: one approves and cannot activate, which the page explains; another one sees who approved, and activates."""
    set_second_approver(ready, is_needed=True, seen=version_of(ready.needs_second_approver), actor="test")
    before = text_of(advisor, "draft", ready)
    assert ">Approve<" in before
    assert "APPROVAL_MISSING" in activate(advisor, ready)
    advisor.post(address("approve", ready), {"seen": token(ready)})
    mine = text_of(advisor, "draft", ready)
    assert "You approved it; this plan needs a second person" in mine
    assert ">Approve<" not in mine
    assert "APPROVER_SAME_PERSON" in activate(advisor, ready)
    assert now_of(ready).live_version == 1
    theirs = text_of(admin, "draft", ready)
    assert "Approved by advisor-" in theirs
    assert "Activated. Participants see version 2." in activate(admin, ready)


def test_what_moved_is_not_approved(ready: Plan, advisor: Client) -> None:
    """PL-6: an approval counts for what was seen alone."""
    set_second_approver(ready, is_needed=True, seen=version_of(ready.needs_second_approver), actor="test")
    stale = advisor.post(address("approve", ready), {"seen": "other"})
    assert (stale.status_code, b"Not approved" in stale.content) == (409, True)


def test_a_dated_activation(ready: Plan, advisor: Client) -> None:
    """PL-6: a date is in the firm's zone, stands on the page, and is canceled there."""
    Firm.objects.update(time_zone="America/New_York")
    local = (timezone.now().astimezone(ZoneInfo("America/New_York")) + timedelta(days=3)).replace(hour=6, minute=30)
    typed = local.strftime("%Y-%m-%dT%H:%M")
    assert "Date and time in America/New_York" in text_of(advisor, "draft", ready)
    asked = advisor.post(address("activation_date", ready), {"seen": token(ready), "at": typed})
    assert f'name="at" value="{typed}"' in asked.content.decode()
    sent = {"seen": token(ready), "at": typed, "confirmed": CONFIRMED}
    page = unescape(advisor.post(address("activation_date", ready), sent, follow=True).content.decode())
    assert "To be activated" in page
    assert "6:30 AM" in page
    dated = activation_date(ready)
    assert dated is not None
    assert dated.activates_at == datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo("America/New_York"))
    advisor.post(address("cancel_activation_date", ready))
    assert activation_date(ready) is None


@pytest.mark.parametrize("typed", ["", "soon", "2020-01-01T10:00", "2030-03-10T02:30"])
def test_a_time_that_cannot_be(ready: Plan, advisor: Client, typed: str) -> None:
    """PL-6: no time, one that has passed, and one that the clock skips are refused with words; what was typed stays."""
    Firm.objects.update(time_zone="America/New_York")
    sent = {"seen": token(ready), "at": typed, "confirmed": CONFIRMED}
    refused = advisor.post(address("activation_date", ready), sent)
    assert (refused.status_code, activation_date(ready)) == (422, None)
    assert b"Not dated." in refused.content
    assert f'value="{typed}"' in refused.content.decode()


def test_rolling_back(ready: Plan, advisor: Client) -> None:
    """PL-6: versions stand with their times; rolling back shows what changes, asks for a reason and for where money goes."""
    activate(advisor, ready)
    listed = text_of(advisor, "versions", ready)
    assert "Version 2" in listed
    place = address("roll_back", ready, 1)
    assert place in listed
    seen = advisor.get(place).context["seen"]
    page = unescape(advisor.get(place).content.decode())
    assert "TD45: renamed" in page
    refused = advisor.post(place, {"seen": seen, "reason": " "})
    assert (refused.status_code, now_of(ready).live_version) == (422, 2)
    assert b"with a reason of 1 to 500 characters" in refused.content
    stale = advisor.post(place, {"seen": "other", "reason": "Wrong name"})
    assert stale.status_code == 409
    done = advisor.post(place, {"seen": seen, "reason": "Wrong name"}, follow=True).content
    assert b"Rolled back. Participants see version 3" in done
    assert b"Rolled back to version 1" in advisor.get(address("versions", ready)).content


def test_rolling_back_an_inactive_plan_says_that_it_comes_back(ready: Plan, advisor: Client) -> None:
    """PL-6, PL-7: the page of a rollback says that an inactive plan is shown to participants again by it; else it does not."""
    activate(advisor, ready)
    said, place = b"The plan is inactive", address("roll_back", ready, 1)
    assert said not in advisor.get(place).content
    advisor.post(address("deactivate", ready), {"reason": "Moved away"})
    assert said in advisor.get(place).content
    advisor.post(place, {"seen": advisor.get(place).context["seen"], "reason": "Back as it was"})
    assert now_of(ready).status in {PlanStatus.ACTIVE, PlanStatus.ACTIVE_WITH_DRAFT}


def test_rolling_back_with_a_second_person(ready: Plan, advisor: Client, admin: Client) -> None:
    """PL-6: one person asks for a rollback on its page, the other finds it, sees who asked why, and does it or declines."""
    activate(advisor, ready)
    set_second_approver(ready, is_needed=True, seen=version_of(ready.needs_second_approver), actor="test")
    place = address("roll_back", ready, 1)
    seen = advisor.get(place).context["seen"]
    assert b"Ask for rollback" in advisor.get(place).content
    refused = advisor.post(place, {"seen": seen, "reason": "Wrong name"})
    assert (refused.status_code, now_of(ready).live_version) == (422, 2)
    assert 'href="#approval"' in refused.content.decode()
    sent = {"seen": seen, "reason": "Wrong name", "act": "ask"}
    for name in ("versions", "draft"):
        assert "To the rollback" not in text_of(admin, name, ready)
    assert b"Another person rolls the plan back" in advisor.post(place, sent, follow=True).content
    assert b"somebody else rolls back" in advisor.get(place).content
    for name in ("versions", "draft"):
        assert "To the rollback" in text_of(admin, name, ready)
    assert b"You are the second person" in admin.get(place).content
    assert b"not asked for any more" in admin.post(place, {"act": "withdraw"}, follow=True).content
    assert b"Nothing to take back" in admin.post(place, {"act": "withdraw"}, follow=True).content
    advisor.post(place, sent)
    theirs = admin.get(place).context
    assert theirs["reason"] == "Wrong name"
    done = admin.post(place, {"seen": theirs["seen"], "reason": theirs["reason"]}, follow=True).content
    assert b"Rolled back. Participants see version 3" in done


@pytest.mark.parametrize("number", [2, 3, 99])
def test_what_cannot_be_rolled_back_to_is_not_there(ready: Plan, advisor: Client, number: int) -> None:
    """PL-6: the live version, a draft, and what there is not, answer 404."""
    activate(advisor, ready)
    assert advisor.get(address("roll_back", ready, number)).status_code == 404


def test_a_draft_by_hand(ready: Plan, advisor: Client) -> None:
    """PL-3: Create Draft stands on an active plan without one, and leads to where it is edited; Discard draft undoes its edits."""
    activate(advisor, ready)
    assert ">&nbsp;Create Draft" in advisor.get(
        address("details", ready)
    ).content.decode() or "Create Draft" in text_of(advisor, "details", ready)
    created = advisor.post(address("create_draft", ready), follow=True).content
    assert b"Draft created: version 3" in created
    assert b"You are editing the draft" in created
    assert now_of(ready).status == PlanStatus.ACTIVE_WITH_DRAFT
    edit(ready, "funds.STBL.name", "Our Stable")
    page = text_of(advisor, "draft", ready)
    assert "Discard all edits of this draft?" in page
    stale = advisor.post(address("discard_draft", ready), {"seen": "other"}, follow=True)
    assert b"Not discarded" in stale.content
    advisor.post(address("discard_draft", ready), {"seen": token(ready)})
    assert now_of(ready).status == PlanStatus.ACTIVE


def test_nothing_is_to_be_discarded_of_the_recordkeepers_own_draft(waiting: Plan, advisor: Client) -> None:
    """PL-3: Discard draft is not offered of a draft that a Plan Sync opened and nobody edited."""
    assert DISCARD not in text_of(advisor, "draft", waiting)


def test_a_draft_made_by_mistake_is_discarded(ready: Plan, advisor: Client) -> None:
    """PL-3: Discard draft is offered of a draft by hand in which nothing was edited, and takes it away."""
    activate(advisor, ready)
    advisor.post(address("create_draft", ready))
    assert DISCARD in text_of(advisor, "draft", ready)
    advisor.post(address("discard_draft", ready), {"seen": token(ready)})
    assert now_of(ready).status == PlanStatus.ACTIVE


def test_plan_summary_leads_to_the_review(waiting: Plan, advisor: Client) -> None:
    """PL-3: the status of a plan that is active with a draft is a link to its review."""
    page = advisor.get("/plans/").content.decode()
    assert f'<a class="status-badge status-blue" href="{address("draft", waiting)}"' in page


def test_deactivated_with_a_reason_and_activated_again(waiting: Plan, advisor: Client) -> None:
    """PL-7: without a reason nothing happens; with one the page says it, and Activate brings the plan back."""
    Plan.objects.filter(pk=waiting.pk).update(draft_version=None)
    advisor.post(address("deactivate", waiting), {"reason": " "})
    assert now_of(waiting).deactivated_at is None
    gone = advisor.post(address("deactivate", waiting), {"reason": "moved to another TPA"}, follow=True)
    assert b"Reason: moved to another TPA" in gone.content
    seen = advisor.get(address("draft", waiting)).context["no_draft_token"]
    back = advisor.post(address("activate", waiting), {"seen": seen}, follow=True)
    assert b"Active again." in back.content


def test_without_the_flag_nobody_activates(ready: Plan, own: Cast, browser: SignIn) -> None:
    """US-1: an Advisor without the flag decides and comments, and reads why they cannot activate."""
    user = own.users[Role.ADVISOR]
    user.may_activate_plans = False
    user.save()
    client = browser(user)
    page = text_of(client, "draft", ready)
    assert "You may not activate plans" in page
    assert review(ready).of_count
    assert item(ready, RENAMED).decided is not None
    for name in ("activate", "approve", "activation_date", "cancel_activation_date"):
        assert client.post(address(name, ready), {"seen": token(ready)}).status_code == 403
