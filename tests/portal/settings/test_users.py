"""Users as pages: inviting, rights, plans, switching off, and many at once from a file."""

import re
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from planbridge.activity.entry import ActivityEntry
from planbridge.plans.access import PlanAccess, plans_of
from planbridge.recordkeepers.connection import ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.security.user import Role, User
from tests.portal.conftest import Cast, SignIn, user_of
from tests.syncing import added_plan

INVITED = {"email": "cara@example.test", "name": "Cara Example", "role": "viewer", "may_approve_held_runs": "on"}


@pytest.fixture
def admin(own: Cast, browser: SignIn) -> Client:
    """An Admin's browser."""
    return browser(own.users[Role.ADMIN])


def test_an_invitation_is_shown_once_and_works(admin: Client, own: Cast) -> None:
    """US-1: inviting shows a one-time link, which lets the person in; no other page shows it."""
    answer = admin.post("/settings/users/invite/", INVITED).content.decode()
    (link,) = re.findall(r'value="http://testserver(/invitation/[^"]+)"', answer)
    cara = User.objects.get(email="cara@example.test")
    assert (cara.firm, cara.role, cara.may_approve_held_runs, cara.may_activate_plans) == (
        own.firm,
        "viewer",
        True,
        False,
    )
    pages = admin.get("/settings/users/").content.decode() + admin.get(f"/settings/users/{cara.pk}/").content.decode()
    assert "Invited" in pages
    assert link not in pages
    password = {"name": "Cara", "password": "four quiet words here", "password_again": "four quiet words here"}
    assert Client().post(link, password).status_code == 302
    assert User.objects.get(pk=cara.pk).has_joined


def test_role_and_flags(admin: Client, own: Cast) -> None:
    """US-1, PL-8: role and flags are changed on the user's page; what somebody else changed meanwhile is shown first."""
    viewer = own.users[Role.VIEWER]
    address = reverse("settings:user", args=[viewer.pk])
    seen = admin.get(address).context["seen"]
    assert admin.post(address, {"role": "advisor", "may_activate_plans": "on", "seen": seen}).status_code == 302
    conflict = admin.post(address, {"role": "admin", "seen": seen})
    assert conflict.status_code == 409
    assert "Now: Advisor, activate plans" in conflict.content.decode()
    viewer.refresh_from_db()
    assert (viewer.role, viewer.may_view_sensitive_data, viewer.may_activate_plans) == ("advisor", False, True)


def test_the_last_admin_stays(admin: Client, own: Cast) -> None:
    """US-1: nobody locks the last Admin out, and an Admin who never came does not count as another one."""
    only = own.users[Role.ADMIN]
    admin.post("/settings/users/invite/", INVITED | {"role": "admin"})
    address = reverse("settings:user", args=[only.pk])
    answer = admin.post(address, {"role": "viewer", "seen": admin.get(address).context["seen"]})
    assert answer.status_code == 422
    assert "only Admin" in answer.content.decode()
    switched = admin.post(reverse("settings:deactivate", args=[only.pk]), follow=True)
    assert "only Admin" in switched.content.decode()
    only.refresh_from_db()
    assert (only.role, only.is_active) == ("admin", True)


def test_a_deactivated_user_is_out(admin: Client, own: Cast, browser: SignIn) -> None:
    """US-1: whoever is deactivated is signed out at once, and comes in again once they may."""
    viewer = browser(own.users[Role.VIEWER])
    assert viewer.get("/plans/").status_code == 200
    admin.post(reverse("settings:deactivate", args=[own.users[Role.VIEWER].pk]))
    assert viewer.get("/plans/").status_code == 302
    admin.post(reverse("settings:reactivate", args=[own.users[Role.VIEWER].pk]))
    assert User.objects.get(pk=own.users[Role.VIEWER].pk).is_active


def test_plans_are_given_and_taken(admin: Client, own: Cast, other: Cast) -> None:
    """US-1: checked plans, all that fit, and all that will ever be are given to a user; another firm's never are."""
    user = user_of(own.firm, Role.ADVISOR)
    second = added_plan(own.connection, "SECOND")
    address = reverse("settings:user_plans", args=[user.pk])

    def after(**said: object) -> set[int]:
        admin.post(address, said)
        return set(plans_of(User.objects.get(pk=user.pk)).values_list("pk", flat=True))

    assert after(action="give", plan=[own.plan.pk, other.plan.pk]) == {own.plan.pk}
    assert after(action="give_all", q="SECOND") == {own.plan.pk, second.pk}
    assert after(action="take_all", q="nothing like it") == {own.plan.pk, second.pk}
    assert after(action="take", plan=[own.plan.pk]) == {second.pk}
    assert after(action="see_all") == {own.plan.pk, second.pk}
    third = added_plan(own.connection, "THIRD")
    assert third in plans_of(User.objects.get(pk=user.pk))
    assert after(action="see_given") == {second.pk}
    assert "SECOND" in admin.get(f"{address}?given=yes").content.decode()


def upload(admin: Client, text: str) -> str:
    """The answer to an uploaded file."""
    file = SimpleUploadedFile("users.csv", text.encode())
    return admin.post("/settings/users/upload/", {"users": file}).content.decode()


def test_bulk_upload_does_the_good_rows(admin: Client, own: Cast) -> None:
    """US-1: a file invites the users of its good rows and gives them their plans; each bad row stands there with its reason."""
    page = upload(
        admin,
        "\ufeffEmail,name,ROLE,plans,view sensitive data\n"
        f"dan@example.test,Dan,advisor,{own.plan.external_plan_id},yes\n"
        "eve@example.test,Eve,Viewer,all,\n"
        "no address,Fay,Viewer,,\n"
        "gus@example.test,Gus,Boss,,\n"
        "hal@example.test,Hal,Viewer,NOPLAN,\n"
        "ida@example.test,Ida,Viewer,,perhaps\n"
        "dan@example.test,Dan,Viewer,,\n"
        ",,,,\n",
    )
    assert "2 of 7 users invited" in page
    assert page.count("/invitation/") == 2
    for reason in (
        "is not an e-mail address",
        "is no role",
        "has no plan",
        "neither yes nor no",
        "Somebody signs in as",
    ):
        assert reason in page
    dan, eve = (User.objects.get(email=f"{name}@example.test") for name in ("dan", "eve"))
    assert (dan.role, dan.may_view_sensitive_data, list(plans_of(dan))) == ("advisor", True, [own.plan])
    assert (eve.role, eve.sees_all_plans) == ("viewer", True)
    assert not User.objects.filter(email__in=["gus@example.test", "hal@example.test", "ida@example.test"]).exists()


LONG_EMAIL = f"{'a' * 250}@example.test"


def test_rows_that_cannot_be_kept_are_refused_alone(admin: Client, own: Cast) -> None:
    """US-1: a name or address that is too long, or no text, is refused with what to do; the other rows have their links."""
    page = upload(
        admin,
        "email,name,role,plans\n"
        "dan@example.test,Dan,Viewer,\n"
        f"eve@example.test,{'E' * 201},Viewer,\n"
        f"{LONG_EMAIL},Fay,Viewer,\n"
        "gus@example.test,Gu\0s,Viewer,\n"
        "ha\0l@example.test,Hal,Viewer,\n"
        "ida@example.test,Ida,Viewer,NO\0PLAN\n"
        f"jo@example.test,Jo,Viewer,{':' * 100_000}\n"
        f"kim@example.test,{'K' * 200},Viewer,{own.plan.external_plan_id}\n",
    )
    assert "2 of 8 users invited" in page
    assert page.count("/invitation/") == 2
    for reason in ("shorten it to at most 200", "give one of at most 254", "type the name anew", "is not an e-mail"):
        assert reason in page
    assert page.count("has no plan") == 2


def test_a_long_address_is_refused_on_the_form(admin: Client) -> None:
    """US-1: an address of more characters than can be kept is refused beside its field."""
    answer = admin.post("/settings/users/invite/", INVITED | {"email": LONG_EMAIL})
    assert answer.status_code == 422
    assert "give one of at most 254" in answer.content.decode()


def test_an_id_of_two_recordkeepers_names_one(admin: Client, own: Cast, inbox: Path) -> None:
    """US-1: a plan id that two recordkeepers have gives no plan until the row says whose; the reason names both."""
    new = NewConnection("Trust: West", ConnectionKind.FILES, {"path": str(inbox), "profile": "canonical"})
    name = own.plan.external_plan_id
    theirs = added_plan(add_connection(own.firm, new, actor="test"), name)
    third = added_plan(own.connection, "A:1")
    page = upload(
        admin,
        "email,name,role,plans\n"
        f"dan@example.test,Dan,Viewer,{name}\n"
        f"eve@example.test,Eve,Viewer,Trust: West: {name}\n"
        f"fay@example.test,Fay,Viewer,example:{name}; A:1\n"
        f"gus@example.test,Gus,Viewer,Nobody:{name}\n",
    )
    assert f"is at Trust: West and at example; write which one, such as Trust: West:{name}." in page
    assert "2 of 4 users invited" in page
    eve, fay = (User.objects.get(email=f"{one}@example.test") for one in ("eve", "fay"))
    assert (set(plans_of(eve)), set(plans_of(fay))) == ({theirs}, {own.plan, third})
    assert "Example Trust:900100" in admin.get("/settings/users/upload/").content.decode()


@pytest.mark.parametrize("text", ["", "name,role\nJo,Viewer\n", "email,name,role,salary\n", 'email,name,role\n"a'])
def test_a_file_that_cannot_be_read_says_why(admin: Client, text: str) -> None:
    """US-1: a file without the columns needed, or with others, is refused as a whole and invites nobody."""
    count = User.objects.count()
    answer = admin.post("/settings/users/upload/", {"users": SimpleUploadedFile("users.csv", text.encode())})
    assert answer.status_code == 422
    assert User.objects.count() == count


def test_many_users_cost_no_more_statements(
    admin: Client, own: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """US-1: a page of thirty users takes at most twelve statements, and pages go on in the order of addresses."""
    User.objects.bulk_create(User(firm=own.firm, email=f"u{n:02}@example.test", name=f"User {n}") for n in range(40))
    PlanAccess.objects.create(user=User.objects.get(email="u07@example.test"), plan=own.plan)
    with django_assert_max_num_queries(12):
        answer = admin.get("/settings/users/?size=30&q=u")
    second = admin.get(f"/settings/users/?size=30&q=u&after={answer.context['page'].next_cursor}")
    emails = [user.email for page in (answer, second) for user in page.context["users"]]
    assert emails == [f"u{n:02}@example.test" for n in range(40)]


@override_settings(IS_MAIL_CONFIGURED=True, EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
def test_a_lost_second_factor_is_removed_by_another_admin(admin: Client, own: Cast) -> None:
    """US-1: an Admin removes another user's second factor, which is recorded and mailed; their own not in this way."""
    viewer, only = own.users[Role.VIEWER], own.users[Role.ADMIN]
    for user in (viewer, only):
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "sealed"})
    assert "Remove second factor" in admin.get(reverse("settings:user", args=[viewer.pk])).content.decode()
    assert "Remove second factor" not in admin.get(reverse("settings:user", args=[only.pk])).content.decode()
    answer = admin.post(reverse("settings:remove_second_factor", args=[viewer.pk]), follow=True).content.decode()
    assert "no second factor any more (authenticator app removed). A mail tells them." in answer
    assert [message.to for message in mail.outbox] == [[viewer.email]]
    entry = ActivityEntry.objects.get(verb="user_changed", actor=only.email)
    assert entry.detail["sign_in"] == "Second factor removed: authenticator app"
    refused = admin.post(reverse("settings:remove_second_factor", args=[only.pk]), follow=True).content.decode()
    assert "under Sign-in and security" in refused
    assert list(Authenticator.objects.values_list("user_id", flat=True)) == [only.pk]
