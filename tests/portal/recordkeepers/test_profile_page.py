"""The page File profile: choosing, uploading with a check, trying on a sample; hostile texts and names."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.recordkeepers.file_profile import FileProfile
from planbridge.recordkeepers.profile_choice import chosen_name, chosen_profile
from planbridge.recordkeepers.profile_load import shipped_profiles
from planbridge.security.user import Role
from tests.portal.conftest import Cast, SignIn

OWN = """\
profile: own-layout
title: Our payroll's rates
format: delimited
delivers: delta
carries: [contribution_rates]
key: ssn
sources:
  PRE: {kind: pretax}
records:
  - name: row
    fields:
      - {name: Plan, into: plan_id}
      - {name: SSN, kind: ssn, into: ssn}
      - {name: Percent, kind: number}
    items:
      - {table: contribution_rates, columns: {percent: Percent}, constants: {source: PRE}}
"""
SAMPLE = "Plan,SSN,Percent,Shoe size\n900100,900110001,6.00,42\n900100,90011,5.00,43\n"
UNPROCESSABLE = 422


@pytest.fixture
def admin(own: Cast, browser: SignIn) -> Client:
    """An Admin's browser."""
    return browser(own.users[Role.ADMIN])


def address(cast: Cast, what: str = "profile") -> str:
    """A route of the page."""
    return reverse(f"recordkeepers:{what}", args=[cast.connection.pk])


def uploaded(admin: Client, cast: Cast, text: str | bytes, name: str = "own.yaml") -> int:
    """Upload a profile; the status of the answer."""
    content = text.encode() if isinstance(text, str) else text
    answer = admin.post(address(cast, "profile_upload"), {"profile": SimpleUploadedFile(name, content)})
    return answer.status_code


def test_the_page_asks_little(admin: Client, own: Cast, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    """RK-4: the page takes at most twelve statements, own profiles and all."""
    assert uploaded(admin, own, OWN) == 302
    with django_assert_max_num_queries(12):
        assert admin.get(address(own)).status_code == 200


def test_a_shipped_profile_is_chosen(admin: Client, own: Cast) -> None:
    """RK-4: the page offers each profile that ships; the one used is the connection's, which activity tells."""
    page = admin.get(address(own)).content.decode()
    assert all(name in page for name in ("ascensus-360", "empower-pdi", "ofx-401k", "canonical"))
    assert admin.post(address(own, "profile_use"), {"choice": "ascensus-360"}).status_code == 302
    own.connection.refresh_from_db()
    assert own.connection.settings["profile"] == "ascensus-360"
    entry = ActivityEntry.objects.filter(verb=Verb.CONNECTION_CHANGED, connection_id=own.connection.pk).latest("pk")
    assert entry.detail["changed"] == {"profile": ["canonical", "ascensus-360"]}


def test_an_own_profile_is_checked_kept_in_versions_and_used(admin: Client, own: Cast) -> None:
    """RK-4: a sound profile is kept; its next text is the next version, the same text is none; used, it reads the files."""
    assert uploaded(admin, own, OWN) == 302
    assert uploaded(admin, own, OWN) == 302
    assert uploaded(admin, own, OWN.replace("Our payroll", "Your payroll")) == 302
    first, second = FileProfile.objects.filter(firm=own.firm).order_by("version")
    assert (first.version, second.version, second.name) == (1, 2, "own-layout")
    assert admin.post(address(own, "profile_use"), {"choice": f"own:{second.pk}"}).status_code == 302
    own.connection.refresh_from_db()
    assert chosen_name(own.connection) == "own-layout, version 2"
    profile = chosen_profile(own.connection)
    assert profile is not None
    assert profile.title == "Your payroll's rates"
    assert "own-layout, version 2" in admin.get(f"/recordkeepers/{own.connection.pk}/").content.decode()


def test_a_profile_is_downloaded(admin: Client, own: Cast) -> None:
    """RK-4: the page links to the YAML of each profile, as it ships or as the firm uploaded it; others are not there."""
    assert uploaded(admin, own, OWN) == 302
    kept = FileProfile.objects.get(firm=own.firm)
    page = admin.get(address(own)).content.decode()
    for choice, text, name in (
        ("ascensus-360", shipped_profiles()["ascensus-360"].read_text(encoding="utf-8"), "ascensus-360.yaml"),
        (f"own:{kept.pk}", OWN, "own-layout-1.yaml"),
    ):
        link = reverse("recordkeepers:profile_yaml", args=[own.connection.pk, choice])
        assert f'href="{link}"' in page
        answer = admin.get(link)
        assert (answer.status_code, answer.content.decode()) == (200, text)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    for choice in ("canonical", "nothing", "own:0", "own:x", f"own:{kept.pk + 1}"):
        link = reverse("recordkeepers:profile_yaml", args=[own.connection.pk, choice])
        assert admin.get(link).status_code == 404, choice


def test_another_firms_profile_is_not_downloaded(admin: Client, own: Cast, other: Cast) -> None:
    """RK-4: a version of another firm's own profile is not there for this firm's folder."""
    said = {"name": "own-layout", "version": 1, "title": "Theirs", "carries": [], "text": OWN}
    theirs = FileProfile.objects.create(firm=other.firm, added_by="test", **said)
    link = reverse("recordkeepers:profile_yaml", args=[own.connection.pk, f"own:{theirs.pk}"])
    assert admin.get(link).status_code == 404


def test_a_faulty_profile_is_not_kept(admin: Client, own: Cast) -> None:
    """RK-4: an upload that fails its check is answered with each problem and its line, and nothing is kept or used."""
    wrong = OWN.replace("into: plan_id", "into: plan").replace("kind: pretax", "kind: pretaxed")
    answer = admin.post(address(own, "profile_upload"), {"profile": SimpleUploadedFile("own.yaml", wrong.encode())})
    page = answer.content.decode()
    assert answer.status_code == UNPROCESSABLE
    assert "own.yaml, line 8" in page
    assert "own.yaml, line 12" in page
    assert not FileProfile.objects.exists()
    own.connection.refresh_from_db()
    assert chosen_name(own.connection) == "canonical"


def test_a_name_that_ships_is_taken(admin: Client, own: Cast) -> None:
    """RK-4: an own profile cannot bear the name of one that ships."""
    assert uploaded(admin, own, OWN.replace("own-layout", "ascensus-360")) == UNPROCESSABLE
    assert uploaded(admin, own, OWN.replace("own-layout", "canonical")) == UNPROCESSABLE


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        OWN.replace("name: Plan, into", "name: Plan, at: 99999999999999999999999, into"),
        OWN.replace("name: Plan, into", "name: Plan, at: 999999999, into"),
        OWN.replace("title: Our payroll's rates", "title: " + "9" * 5000),
        OWN.replace("title: Our payroll's rates", "title: 2026-99-99"),
        "[" * 5000,
        "x" * (1 << 20) + "y",
        b"\xff\xfe\x00",
        b"profile: \x00",
        "!!python/object/apply:os.system [id]",
        OWN + "file_names: {live: ['(a+)+b']}\n",
        "",
    ],
    ids=[
        "aliases",
        "huge place",
        "wide place",
        "digits",
        "date",
        "deep",
        "large",
        "binary",
        "nul",
        "tag",
        "regex",
        "empty",
    ],
)
def test_hostile_texts_are_refused(text: str | bytes, admin: Client, own: Cast) -> None:
    """RK-4: aliases, huge numbers, depth, size, foreign tags and expressions that take ages are refused in words."""
    assert uploaded(admin, own, text) == UNPROCESSABLE
    assert not FileProfile.objects.exists()


def test_a_hostile_file_name_is_only_shown(admin: Client, own: Cast) -> None:
    """RK-4: the name of an upload is shown as text, leads nowhere and is cut."""
    name = "<script>alert(1)</script>" + "n" * 200 + ".csv"
    answer = admin.post(
        address(own, "profile_try"),
        {"choice": "ascensus-360", "sample": SimpleUploadedFile("../../" + name, SAMPLE.encode())},
    )
    page = answer.content.decode()
    assert "<script>alert" not in page
    assert "n" * 101 not in page


def test_a_sample_is_tried_and_nothing_is_kept(admin: Client, own: Cast) -> None:
    """RK-4: a trial shows the first rows with SSNs masked, what was put aside with its line, and unread columns; HTMX gets the part."""
    assert uploaded(admin, own, OWN) == 302
    choice = f"own:{FileProfile.objects.get().pk}"
    asked = {"choice": choice, "sample": SimpleUploadedFile("sample.csv", SAMPLE.encode())}
    whole = admin.post(address(own, "profile_try"), asked).content.decode()
    asked["sample"] = SimpleUploadedFile("sample.csv", SAMPLE.encode())
    part = admin.post(address(own, "profile_try"), asked, headers={"HX-Request": "true"}).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    for page in (whole, part):
        assert "2 records: 1 read, 1 put aside." in page
        assert "***-**-0001" in page
        assert "900110001" not in page
        assert "Nothing takes: Shoe size." in page
        assert "Line 3." in page
        assert "SSN_INVALID" in page
        assert "PRE 6.00" in page


def test_a_sample_that_is_refused_says_why(admin: Client, own: Cast) -> None:
    """RK-4: a sample that a sync would take nothing of says so, and one over the limit or missing is a fault of the form."""
    asked = {"choice": "ascensus-360", "sample": SimpleUploadedFile("sample.csv", b"PK\x03\x04packed")}
    answer = admin.post(address(own, "profile_try"), asked)
    assert "A sync would take nothing of this file." in answer.content.decode()
    large = SimpleUploadedFile("sample.csv", b"x" * ((20 << 20) + 1))
    assert (
        admin.post(address(own, "profile_try"), {"choice": "ascensus-360", "sample": large}).status_code
        == UNPROCESSABLE
    )
    assert admin.post(address(own, "profile_try"), {"choice": "ascensus-360"}).status_code == UNPROCESSABLE


def test_another_firms_profile_is_not_there(admin: Client, own: Cast, other: Cast, browser: SignIn) -> None:
    """RK-4: a profile is its firm's own: nobody else sees it, uses it or tries it."""
    theirs = browser(other.users[Role.ADMIN])
    assert uploaded(theirs, other, OWN) == 302
    choice = f"own:{FileProfile.objects.get().pk}"
    assert "own-layout" not in admin.get(address(own)).content.decode()
    admin.post(address(own, "profile_use"), {"choice": choice})
    own.connection.refresh_from_db()
    assert chosen_name(own.connection) == "canonical"
    sample = SimpleUploadedFile("sample.csv", SAMPLE.encode())
    assert admin.post(address(own, "profile_try"), {"choice": choice, "sample": sample}).status_code == UNPROCESSABLE
    for odd in ("own:", "own:²", "own:-1", "own:" + "9" * 40, "none", ""):
        assert admin.post(address(own, "profile_use"), {"choice": odd}).status_code == 302
    own.connection.refresh_from_db()
    assert chosen_name(own.connection) == "canonical"
