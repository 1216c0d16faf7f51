"""Every page in its states, seen by axe-core in light and in dark: empty, one, many, a bad form, forbidden, signed out."""

import re
from collections.abc import Callable, Iterator
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, Route, sync_playwright

from planbridge.plans.lifecycle import add_plans
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import ListedPlan
from planbridge.security.firm import Firm
from planbridge.security.user import Role, User
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind
from tests.cast import bea, changed, crowd, deliver, everybody, plan_document
from tests.journeys.conftest import AXE, CHROMIUM, NARROW, WIDE
from tests.portal.conftest import Cast, cast_of, user_of
from tests.portal.routes import ROUTES
from tests.syncing import sync_people, sync_plan

SITE = "http://127.0.0.1"
SERVER_ERROR = 500
TITLE = re.compile("<title>(.*)</title>")
# Dark differs from light in its colors alone.
FOUND = """async theme => {
    document.documentElement.dataset.bsTheme = theme;
    const found = (await axe.run(theme === "dark" ? {runOnly: ["color-contrast"]} : {})).violations;
    return found.map(one => [one.id, one.nodes.map(node => node.html.slice(0, 200) + node.failureSummary)]);
}"""
# The dialogs that something on the page opens, by their ids; without their words if there is no such dialog.
DIALOGS = """() => [...new Set([...document.querySelectorAll("[data-opens]")].map(one => one.dataset.opens))]
    .map(id => [id, document.getElementById(id)?.outerHTML ?? ""])"""
OPENED = """async ([id, theme]) => {
    document.documentElement.dataset.bsTheme = theme;
    const dialog = document.getElementById(id);
    document.querySelector(`[data-opens="${id}"]`).click();
    if (!dialog.open) return [["does not open", id]];
    const found = (await axe.run(dialog, theme === "dark" ? {runOnly: ["color-contrast"]} : {})).violations;
    dialog.close();
    return found.map(one => [one.id, one.nodes.map(node => node.html.slice(0, 200) + node.failureSummary)]);
}"""
# What makes the page wider than the window, the innermost parts of it.
WIDER = """() => {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    const wide = [...document.querySelectorAll("html, html *")].filter(one => one.scrollWidth > innerWidth);
    return wide.filter(one => !wide.some(other => other !== one && one.contains(other))).map(one => one.outerHTML.slice(0, 200));
}"""
# As HTMX marks what waits for an answer.
LOADING = """({isLoading}) => {
    const parts = [...document.querySelectorAll("[hx-get], [hx-post]")];
    parts.forEach(one => one.classList.toggle("htmx-request", isLoading));
    return parts.length;
}"""
THEMES = ("light", "dark")
# What differs between two answers that are the same page.
PASSING = re.compile(
    r'csrf[^>]*|X-CSRFToken[^>]*|\?next=[^"]*|name="next"[^>]*|[-/]\d+["/]|[0-9a-f]{8}-[0-9a-f-]{27}|\d+:\d\d(:\d\d)?'
)
Make = Callable[[Cast, Path], User | None]


@dataclass
class Walker:
    """A browser whose requests Django answers in the test's own process, and what stood on the pages seen so far."""

    page: Page
    client: Client = field(default_factory=Client)
    method: str = "GET"
    context: Context = field(default_factory=copy_context)
    seen: set[str] = field(default_factory=set)
    titles: list[str] = field(default_factory=list)
    loaded: set[str] = field(default_factory=set)

    def answer(self, route: Route) -> None:
        """Answer a request of the browser: a static file, or what Django says at the end of its redirects."""
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/static/"):
            place = finders.find(path.partition("?")[0].removeprefix("/static/"))
            route.fulfill(path=place) if place else route.fulfill(status=404)
            return
        is_page = route.request.is_navigation_request()
        headers = {} if is_page else {"HX-Request": "true"}
        ask = self.client.post if is_page and self.method == "POST" else self.client.get
        # Playwright calls this in a context of its own, in which Django would open another connection.
        said = self.context.run(ask, path, follow=True, headers=headers)
        content = b"".join(said) if said.streaming else said.content
        route.fulfill(status=said.status_code, body=content, headers=dict(said.headers.items()))

    def findings(self, name: str, address: str, method: str) -> list[Any]:
        """What axe-core and a narrow window find on the page of an address; nothing for parts, files, and pages seen before."""
        self.method = method
        ask = self.client.post if method == "POST" else self.client.get
        with transaction.atomic():
            said = ask(address, follow=True)
            transaction.set_rollback(True)
        assert said.status_code < SERVER_ERROR, (name, said.status_code)
        if said.streaming or b"<html" not in said.content:
            return []
        stands = PASSING.sub("", said.content.decode())
        self.titles += TITLE.findall(stands)
        if stands in self.seen:
            return []
        self.seen.add(stands)
        with transaction.atomic():
            self.page.goto(SITE + address)
            found = [finding for theme in THEMES for finding in self.page.evaluate(FOUND, theme)]
            found += self.dialog_findings() + self.loading_findings(name)
            self.page.set_viewport_size(NARROW)
            found += [("scrolls sideways", one) for one in self.page.evaluate(WIDER)]
            self.page.set_viewport_size(WIDE)
            transaction.set_rollback(True)
        return [(name, one) for one in found]

    def dialog_findings(self) -> list[Any]:
        """What axe-core finds in the dialogs of the page that stands, each opened as a person opens it, not seen before."""
        found: list[Any] = []
        for dialog_id, markup in self.page.evaluate(DIALOGS):
            stands = PASSING.sub("", markup)
            if not markup:
                found.append(("opens nothing", dialog_id))
            elif stands not in self.seen:
                self.seen.add(stands)
                found += [one for theme in THEMES for one in self.page.evaluate(OPENED, [dialog_id, theme])]
        return found

    def loading_findings(self, name: str) -> list[Any]:
        """What axe-core finds on the page that stands while its parts wait for an answer; once a route."""
        if name in self.loaded or not self.page.evaluate(LOADING, {"isLoading": True}):
            return []
        self.loaded.add(name)
        found = [one for theme in THEMES for one in self.page.evaluate(FOUND, theme)]
        self.page.evaluate(LOADING, {"isLoading": False})
        return found


@pytest.fixture(scope="module")
def walker() -> Iterator[Walker]:
    """One browser for all states."""
    if not CHROMIUM.exists():
        pytest.skip(f"no {CHROMIUM}: scripts/browser puts it there")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as driver:
        # Playwright has a loop in this thread, which Django takes for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport=WIDE, locale="en-US", reduced_motion="reduce")
        page.add_init_script(path=AXE)
        own = Walker(page)
        page.route("**/*", own.answer)
        yield own
        browser.close()
        connections.close_all()


def empty(cast: Cast, _: Path) -> User:
    """An Admin of a firm that has nothing; pages of a plan are those of one that was never synced."""
    return cast.users[Role.ADMIN]


def one(cast: Cast, inbox: Path) -> User:
    """The plan with the people of the cast, one of them rejected, and a sync that waits."""
    synced(cast, inbox, [*everybody()[:1], changed(bea(), birth_date="2090-01-01"), *everybody()[2:]])
    return cast.users[Role.ADMIN]


def many(cast: Cast, inbox: Path) -> User:
    """More plans, people, users and runs than a page of each shows."""
    synced(cast, inbox, [*everybody(), *crowd(60)])
    more = add_plans(cast.connection, [ListedPlan(f"MORE{n:02}", "", None) for n in range(25)], actor="test")
    request_syncs(more, RunKind.PARTICIPANTS, actor="test")
    for _ in range(25):
        user_of(cast.firm, Role.ADVISOR)
    return cast.users[Role.ADMIN]


def seen_by_viewer(cast: Cast, inbox: Path) -> User:
    """The same as one, for a Viewer: pages without what is not theirs to do, and the page that says so."""
    one(cast, inbox)
    return cast.users[Role.VIEWER]


def sign_in(walker: Walker, user: User | None) -> None:
    """Let the browser be that of a user, or of nobody."""
    walker.client, walker.titles = Client(raise_request_exception=False), []
    if user is not None:
        walker.client.force_login(user)
    walker.context = copy_context()


def signed_out(_: Cast, __: Path) -> None:
    """Nobody."""


def long_words(cast: Cast, inbox: Path) -> User:
    """The same as one, with names that are one long word each."""
    people = [changed(one, last_name="Wolfeschlegelstein" * 5) for one in everybody()]
    broken = changed(people[1], birth_date="2090-01-01")
    employer = plan_document()["employer"] | {"name": "MANUFACTURERS_AND_MERCHANTS" * 4}
    contacts = [one | {"name": "Byron" * 15} for one in plan_document()["contacts"]]
    synced(
        cast,
        inbox,
        [people[0], broken, *people[2:]],
        name="NORTHWIND_RETIREMENT" * 5,
        employer=employer,
        contacts=contacts,
    )
    Connection.objects.filter(pk=cast.connection.pk).update(name="RECORDKEEPER" * 8)
    return cast.users[Role.ADMIN]


def synced(cast: Cast, inbox: Path, people: list[dict[str, Any]], **of_plan: object) -> None:
    """Deliver the cast's plan with these people, and sync both."""
    deliver(inbox, people, plans=[plan_document(plan_id=cast.plan.external_plan_id, **of_plan)])
    plan = Plan.objects.get(pk=cast.plan.pk)
    assert sync_plan(plan).status == "successful"
    assert sync_people(plan).applied


# State: who sees what, how every route is asked, and the beginning of the title of a page that must be among the answers.
STATES: dict[str, tuple[Make, str, str]] = {
    "empty": (empty, "GET", "Participants of NORT1"),
    "one": (one, "GET", "Participants of Northwind"),
    "many": (many, "GET", "Participants of Northwind"),
    "long words": (long_words, "GET", "Participants of NORTHWIND_RETIREMENT"),
    "bad form": (one, "POST", "Schedule New Task"),
    "forbidden": (seen_by_viewer, "GET", "You may not do this"),
    "forbidden to change": (seen_by_viewer, "POST", "You may not do this"),
    "signed out": (signed_out, "GET", "Sign in"),
}


@pytest.mark.parametrize("state", STATES)
def test_every_page_in_its_states(state: str, walker: Walker, db: None, inbox: Path) -> None:  # noqa: ARG001 - a fixture's name asks for it
    """US-1, PL-1, AM-2: no page has a barrier for anybody, whatever there is to show, in light and dark, nor scrolls sideways at 390."""
    own = cast_of("Northwind", inbox)
    make, method, title = STATES[state]
    user = make(own, inbox)
    sign_in(walker, user)
    found = [
        finding
        for name in sorted(ROUTES)
        for finding in walker.findings(name, reverse(name, kwargs=ROUTES[name](own)), method)
    ]
    assert found == []
    assert any(one.startswith(title) for one in walker.titles), walker.titles


def test_a_firm_that_has_nothing(walker: Walker, db: None) -> None:  # noqa: ARG001 - a fixture's name asks for it
    """PL-1, AM-2: pages of a firm without recordkeeper, plan, task and activity say so, without a barrier."""
    sign_in(walker, user_of(Firm.objects.create(name="Westwind"), Role.ADMIN))
    bare = [name for name in sorted(ROUTES) if ROUTES[name].__name__ == "nothing"]
    assert [finding for name in bare for finding in walker.findings(name, reverse(name), "GET")] == []
