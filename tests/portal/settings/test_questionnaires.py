"""The pages of risk questionnaires: cloned, edited field by field, finalized, tried, and read by Advisors."""

import re

import pytest
from django.test import Client

from planbridge.activity.conflict import version_of
from planbridge.plans import default_questionnaire
from planbridge.plans.models import Plan, PlanVersion
from planbridge.plans.questionnaire import Questionnaire
from planbridge.plans.questionnaires import clone_questionnaire, seen_as, seen_part
from planbridge.security.user import Role
from tests.portal.conftest import Cast, SignIn
from tests.portal.test_query_counts import QUERIES_MAX

LIST = "/settings/questionnaires/"
PART = {"HX-Request": "true"}


@pytest.fixture
def admin(own: Cast, browser: SignIn) -> Client:
    """An Admin's browser."""
    return browser(own.users[Role.ADMIN])


@pytest.fixture
def draft(own: Cast) -> Questionnaire:
    """A clone of the shipped questionnaire."""
    return clone_questionnaire(own.firm, None, actor="ada@example.test")


def page_of(one: Questionnaire) -> str:
    """The address of a questionnaire's page."""
    return f"{LIST}{one.pk}/"


def test_from_an_empty_list_to_a_final_questionnaire(admin: Client) -> None:
    """IP-4: the empty list says what to do; the default is cloned, finalized from its page and cloned again from there."""
    assert "No risk questionnaire yet" in admin.get(LIST).content.decode()
    one_page = admin.post(f"{LIST}clone/", follow=True)
    assert "is a clone of Planbridge&#x27;s default" in one_page.content.decode()
    one = Questionnaire.objects.get()
    done = admin.post(f"{page_of(one)}finalize/", {"seen": seen_as(one)}, follow=True).content.decode()
    assert "is final. Plans may offer it now" in done
    assert "hx-post" not in done.partition("<h2")[2]
    assert admin.post(f"{page_of(one)}clone/").headers["Location"] == page_of(Questionnaire.objects.latest("pk"))
    listed = admin.get(LIST).content.decode()
    assert "Risk questionnaire 2" in listed
    assert listed.count("<span>Final</span>") == 1


def test_fields_save_by_themselves(admin: Client, draft: Questionnaire) -> None:
    """PL-8: a field answers with Saved and the time, and with what depends on it: scores, what is missing, tokens."""
    answer = admin.post(page_of(draft), {"q1-a4-points": "30", "version": version_of(20)}, headers=PART)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(r"Saved \d+:\d\d [AP]M", text)
    assert '<strong class="tabular">110</strong>' in text
    now = Questionnaire.objects.get()
    assert f'id="finalize-seen" value="{seen_as(now)}"' in text
    assert f'id="seen-q1" value="{seen_part(now.questions, "q1")}"' in text
    emptied = admin.post(page_of(draft), {"q2": "", "version": version_of(draft.questions[1].text)}, headers=PART)
    assert '<a href="#id_q2">Question 2 has no text.</a>' in emptied.content.decode()
    assert "This field is required" not in emptied.content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"q1-a4-points": "many"}, "Points are a whole number from 0 to 100."),
        ({"name": " "}, "A questionnaire needs a name"),
        ({"q9": "x"}, "Somebody removed this field meanwhile"),
        ({}, "Somebody removed this field meanwhile"),
    ],
)
def test_what_cannot_be_saved_is_said(admin: Client, draft: Questionnaire, typed: dict[str, str], said: str) -> None:
    """PL-8: what was typed stays in the field, with why it was not saved; nothing changes."""
    answer = admin.post(page_of(draft), typed | {"version": "x"}, headers=PART)
    assert answer.status_code in {409, 422}
    assert said in answer.content.decode() or answer.status_code == 409
    assert Questionnaire.objects.get().questions == default_questionnaire.QUESTIONS


def test_two_editors_see_both_values(admin: Client, draft: Questionnaire) -> None:
    """PL-8: whoever is slower gets both values and overwrites nothing; the token of theirs lets them decide."""
    before = version_of(draft.questions[0].text)
    admin.post(page_of(draft), {"q1": "Theirs", "version": before}, headers=PART)
    answer = admin.post(page_of(draft), {"q1": "Mine", "version": before}, headers=PART)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Now it is <strong>Theirs</strong>. You typed <strong>Mine</strong>" in text
    decided = admin.post(page_of(draft), {"q1": "Mine", "version": version_of("Theirs")}, headers=PART)
    assert decided.status_code == 200
    assert Questionnaire.objects.get().questions[0].text == "Mine"


def test_questions_and_answers_come_and_go(admin: Client, draft: Questionnaire) -> None:
    """IP-4: the buttons add, move and remove; the answer is the editor anew, with the focus where one goes on."""
    address = f"{page_of(draft)}questions/"
    added = admin.post(address, {"act": "add_question"}, headers=PART).content.decode()
    assert re.search(r'<textarea name="q8"[^>]*data-takes-focus', added)
    more = admin.post(address, {"act": "add_answer", "place": "q8"}, headers=PART).content.decode()
    assert re.search(r'<input type="text" name="q8-a3"[^>]*data-takes-focus', more)
    admin.post(address, {"act": "move_up", "place": "q8"}, headers=PART)
    seen = seen_part(Questionnaire.objects.get().questions, "q1")
    gone = admin.post(address, {"act": "remove", "place": "q1", "seen": seen}, headers=PART)
    assert 'id="questions-title" tabindex="-1" data-takes-focus' in gone.content.decode()
    keys = [one.question for one in Questionnaire.objects.get().questions]
    assert keys == ["q2", "q3", "q4", "q5", "q6", "q8", "q7"]
    stale = admin.post(address, {"act": "remove", "place": "q2", "seen": seen}, headers=PART)
    assert (stale.status_code, "nothing was removed" in stale.content.decode()) == (409, True)
    again = admin.post(address, {"act": "remove", "place": "q1", "seen": seen}, headers=PART)
    assert (again.status_code, "removed meanwhile" in again.content.decode()) == (422, True)
    plain = admin.post(address, {"act": "add_question"})
    assert plain.headers["Location"] == page_of(draft)


def test_finalizing_what_somebody_changed(admin: Client, draft: Questionnaire) -> None:
    """IP-4: what is final is what the person saw: a change by somebody else meanwhile stops it, as does what is missing."""
    seen = seen_as(draft)
    admin.post(page_of(draft), {"q1": "", "version": version_of(draft.questions[0].text)}, headers=PART)
    late = admin.post(f"{page_of(draft)}finalize/", {"seen": seen}, follow=True).content.decode()
    assert "Somebody else changed it meanwhile" in late
    now = Questionnaire.objects.get()
    bare = admin.post(f"{page_of(draft)}finalize/", {"seen": seen_as(now)}, follow=True).content.decode()
    assert "Question 1 has no text." in bare
    assert not Questionnaire.objects.get().is_final


def test_an_advisor_reads(own: Cast, browser: SignIn, draft: Questionnaire) -> None:
    """IP-4: an Advisor sees questions and points but no field and no button that changes; a Viewer sees nothing of it."""
    advisor = browser(own.users[Role.ADVISOR])
    text = advisor.get(page_of(draft)).content.decode()
    assert default_questionnaire.QUESTIONS[0].text in text
    assert "20 points" in text
    assert not re.search(r"<textarea|/clone/|/finalize/|/remove/", text)
    assert advisor.post(page_of(draft), {"q1": "x"}).status_code == 403
    assert browser(own.users[Role.VIEWER]).get(LIST).status_code == 403


def test_the_preview_gives_the_score(admin: Client, draft: Questionnaire) -> None:
    """IP-4: answered as a participant does, the preview counts what is answered and then gives the score."""
    address = f"{page_of(draft)}preview/"
    some = admin.get(address, {"q1": "a4", "q2": "nonsense"}, headers=PART).content.decode()
    assert "1 of 7 answered" in some
    best = {one.question: one.answers[-1].answer for one in default_questionnaire.QUESTIONS}
    assert '<span class="tabular">100</span>' in admin.get(address, best, headers=PART).content.decode()


def test_the_page_names_plans_and_history(own: Cast, browser: SignIn, draft: Questionnaire) -> None:
    """IP-4: the page names the given plans that use it, what it was cloned from and who changed what; a used one stays."""
    version = PlanVersion.objects.create(
        plan_id=own.plan.pk, number=1, made_at=draft.made_at, paths={"questionnaire_id": draft.pk}
    )
    Plan.objects.filter(pk=own.plan.pk).update(draft_version=version.number, name="Northwind 401(k) Plan")
    clone = clone_questionnaire(own.firm, draft, actor="ada@example.test")
    admin = browser(own.users[Role.ADMIN])
    text = admin.get(page_of(draft)).content.decode()
    assert f'<a href="/plans/{own.plan.pk}/">Northwind 401(k) Plan</a>' in text
    assert f'Cloned from it: <a href="{page_of(clone)}">' in text
    assert "ada@example.test cloned the risk questionnaire Planbridge&#x27;s default" in text
    assert f'<a href="{page_of(draft)}">' in admin.get(page_of(clone)).content.decode()
    admin.post(f"{page_of(clone)}remove/")
    kept = admin.post(f"{page_of(draft)}remove/", follow=True).content.decode()
    assert "Northwind 401(k) Plan names it" in kept
    assert Questionnaire.objects.get() == draft


def test_a_page_of_many_asks_little(
    own: Cast, browser: SignIn, draft: Questionnaire, django_assert_max_num_queries: object
) -> None:
    """PL-1: list and page take at most twelve statements, however many questionnaires and changes there are."""
    source = draft
    for _ in range(20):
        source = clone_questionnaire(own.firm, source, actor="ada@example.test")
    advisor = browser(own.users[Role.ADVISOR])
    for address in (LIST, page_of(source), f"{page_of(source)}preview/"):
        with django_assert_max_num_queries(QUERIES_MAX):  # type: ignore[operator] # pytest-django's fixture has no type
            advisor.get(address)
