"""The plan list and the plan documents of a Recordkeeper API."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import msgspec

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import ConnectorError, GiveUp, ListedPlan, PlanAnswer, RequestLine, WantedPlan
from planbridge.recordkeepers.rest_requests import BrokenBodyError, Call, RestRequests, read_json

# Numbers beyond these powers of ten stay as they stand: written out, 1e999999 would fill the memory.
_EXPONENT_MAX = 40
_NOT_MODIFIED, _NOT_FOUND = 304, 404


class ListedDocument(msgspec.Struct):
    """A plan in the recordkeeper's list."""

    plan_id: str
    name: str | None = None
    participants: int | None = None


class PlanPage(msgspec.Struct):
    """One page of the plan list."""

    plans: list[ListedDocument]
    next: str | None = None


def exact_text(literal: str) -> str:
    """The text of a JSON number without exponent, to its last digit."""
    number = Decimal(literal)
    if abs(number.adjusted()) > _EXPONENT_MAX or not number.is_finite():
        return literal
    return format(number, "f")


_document_decoder = msgspec.json.Decoder(Any, float_hook=exact_text)


def list_plans(requests: RestRequests) -> Iterator[ListedPlan]:
    """Every plan of the list, page by page. Raises ConnectorError; a cursor that comes twice is RK_BAD_RESPONSE."""
    path = f"/v1/plans?limit={requests.settings.page_limit}"
    for page in pages(requests, path, PlanPage):
        for plan in page.plans:
            yield ListedPlan(plan.plan_id, plan.name or "", plan.participants)


def pages(requests: RestRequests, path: str, shape: type[PlanPage]) -> Iterator[PlanPage]:
    """The pages of a list from `path` on."""
    seen: set[str] = set()
    following = path
    while True:
        page = requests.get(Call(following), lambda response: read_json(response, shape))
        yield page
        if not page.next:
            return
        refuse_repeated(page.next, seen, path)
        following = requests.settings.next_path(path, page.next)


def refuse_repeated(cursor: str, seen: set[str], path: str) -> None:
    """Add a cursor to those seen; raises GiveUp when it was there: its pages would never end."""
    if cursor in seen:
        raise GiveUp(
            Problem("RK_BAD_RESPONSE", detail=f"GET {path}: the same cursor came twice, the listing has no end.")
        )
    seen.add(cursor)


def read_plan(requests: RestRequests, wanted: WantedPlan) -> PlanAnswer:
    """One plan's document, None when it is as of the ETag still; what goes wrong comes as problems of the answer."""
    lines: list[RequestLine] = []
    headers = {"Accept": "application/json", **({"If-None-Match": wanted.etag} if wanted.etag else {})}
    path = requests.settings.plan_path(wanted.external_plan_id)
    call = Call(path, headers, frozenset({_NOT_MODIFIED, _NOT_FOUND}), lines)
    try:
        answer = requests.get(call, lambda response: _read_answer(response, wanted))
    except ConnectorError as error:
        answer = PlanAnswer(wanted, problems=(error.problem,))
    return replace(answer, requests=tuple(lines))


def as_moment(text: object) -> datetime | None:
    """An RFC 3339 time; None when the text is none or has no offset."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else None


def _read_answer(response: httpx.Response, wanted: WantedPlan) -> PlanAnswer:
    if response.status_code == _NOT_MODIFIED:
        return PlanAnswer(wanted, etag=wanted.etag)
    if response.status_code == _NOT_FOUND:
        return PlanAnswer(wanted, problems=(Problem("PLAN_NOT_FOUND", value=wanted.external_plan_id),))
    try:
        document = _document_decoder.decode(response.read())
    except (msgspec.MsgspecError, ValueError, RecursionError):
        message = "the body is not JSON"
        raise BrokenBodyError(message) from None
    if not isinstance(document, dict) or document.get("plan_id") != wanted.external_plan_id:
        detail = f"GET {response.request.url.path}: the document is not an object with the plan_id asked for."
        return PlanAnswer(wanted, problems=(Problem("RK_BAD_RESPONSE", detail=detail),))
    as_of = as_moment(document.get("as_of"))
    return PlanAnswer(wanted, document, as_of=as_of, etag=response.headers.get("etag", ""))
