"""The people of a plan from a Recordkeeper API: NDJSON or pages of one snapshot, and its control totals."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import msgspec

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import (
    ConnectorError,
    ControlTotals,
    GiveUp,
    PlanFeed,
    RequestLine,
    WantedPlan,
)
from planbridge.recordkeepers.rest_plans import as_moment, refuse_repeated
from planbridge.recordkeepers.rest_requests import BrokenBodyError, Call, RestRequests, read_json
from planbridge.recordkeepers.rest_retries import http_date
from planbridge.recordkeepers.rest_spool import PeopleSpool

RESTARTS_MAX = 3
# When the recordkeeper does not say as of when a listing is, the next reading overlaps this one by so much.
OVERLAP = timedelta(minutes=5)
NDJSON = "application/x-ndjson"
_NOT_FOUND, _NOT_ACCEPTABLE, _EXPIRED, _NOT_IMPLEMENTED = 404, 406, 410, 501
_NOT_OFFERED = frozenset({_NOT_FOUND, _NOT_ACCEPTABLE, _NOT_IMPLEMENTED})
_READ_BYTES = 1024 * 1024


class PeoplePage(msgspec.Struct):
    """One page of a listing of people; the people as they stand."""

    snapshot: str
    participants: list[msgspec.Raw]
    as_of: str | None = None
    next: str | None = None


class EndLine(msgspec.Struct):
    """The last line of an NDJSON listing."""

    end: bool
    snapshot: str
    count: int
    as_of: str | None = None


class TotalsLine(msgspec.Struct):
    """Dollars of one source, or units and dollars of one fund."""

    market_value: Decimal
    source: str | None = None
    fund: str | None = None
    units: Decimal | None = None


class TotalsAnswer(msgspec.Struct):
    """Control totals as the recordkeeper answers them."""

    participants: int
    market_value: Decimal
    snapshot: str | None = None
    by_source: list[TotalsLine] = []
    by_fund: list[TotalsLine] = []


class _ProblemBody(msgspec.Struct):
    code: str | None = None


class SnapshotExpiredError(Exception):
    """The listing must start again from its beginning."""


class NotFoundError(Exception):
    """The recordkeeper does not know the plan."""


class ParticipantNotFoundError(NotFoundError):
    """The recordkeeper knows the plan and not the participant."""


@dataclass(frozen=True)
class PlanPeople:
    """What one plan's reading gave: its feed, and a spool of its people (None when it failed)."""

    feed: PlanFeed
    spool: PeopleSpool | None = None


@dataclass
class _Listing:
    """A listing while it is read."""

    spool: PeopleSpool
    started: datetime
    snapshot: str = ""
    as_of: datetime | None = None
    following: str | None = None
    lines: list[RequestLine] = field(default_factory=list)


class RestPeople:
    """Reads the people of plans. Safe to use from several threads."""

    def __init__(self, requests: RestRequests) -> None:
        """Take what makes the requests."""
        self._requests = requests
        self._settings = requests.settings
        self._is_ndjson_tried = requests.settings.is_ndjson_tried

    def read(self, wanted: WantedPlan) -> PlanPeople:
        """One plan's people and feed; what goes wrong comes as problems of the feed."""
        lines: list[RequestLine] = []
        try:
            read = self._selected(wanted, lines) if wanted.participants else self._everybody(wanted, lines)
        except ConnectorError as error:
            read = PlanPeople(PlanFeed(wanted, is_complete=False, problems=(error.problem,)))
        except NotFoundError:
            problem = Problem("PLAN_NOT_FOUND", value=wanted.external_plan_id)
            read = PlanPeople(PlanFeed(wanted, is_complete=False, problems=(problem,)))
        return replace(read, feed=replace(read.feed, requests=tuple(lines)))

    def _everybody(self, wanted: WantedPlan, lines: list[RequestLine]) -> PlanPeople:
        since = wanted.changed_since and wanted.changed_since.astimezone(UTC).isoformat().replace("+00:00", "Z")
        query: dict[str, object] = {"limit": self._settings.page_limit, "changed_since": since}
        for _ in range(1 + RESTARTS_MAX):
            listing = _Listing(PeopleSpool(), datetime.now(UTC), lines=lines)
            try:
                self._list(wanted, query, listing)
                totals = self._totals(wanted, listing)
            except SnapshotExpiredError:
                listing.spool.close()
                continue
            except BaseException:
                listing.spool.close()
                raise
            feed = PlanFeed(
                wanted,
                is_complete=since is None,
                as_of=listing.as_of,
                deleted=listing.spool.deleted() if since else (),
                totals=totals,
            )
            return PlanPeople(feed, listing.spool)
        detail = f"Plan {wanted.external_plan_id}: the listing was begun {1 + RESTARTS_MAX} times."
        raise GiveUp(Problem("RK_SNAPSHOT_EXPIRED", detail=detail))

    def _selected(self, wanted: WantedPlan, lines: list[RequestLine]) -> PlanPeople:
        """Those named, one request each."""
        spool = PeopleSpool()
        problems, moments = [], []
        for participant_id in dict.fromkeys(wanted.participants):
            # A recordkeeper that does not heed participant_id sends others too: they are not taken in.
            listing = _Listing(PeopleSpool(only=participant_id), datetime.now(UTC), lines=lines)
            try:
                self._pages(wanted, {"participant_id": participant_id}, listing)
            except ParticipantNotFoundError:
                pass
            except SnapshotExpiredError:
                detail = f"Plan {wanted.external_plan_id}: the snapshot of one participant expired."
                raise GiveUp(Problem("RK_SNAPSHOT_EXPIRED", detail=detail)) from None
            if len(listing.spool) == 0:
                problems.append(Problem("PARTICIPANT_NOT_FOUND", value=participant_id, participant_id=participant_id))
            for documents in listing.spool.people():
                for line in documents:
                    spool.add(line.rstrip(b"\n"))
            listing.spool.close()
            moments.append(listing.as_of or listing.started - OVERLAP)
        feed = PlanFeed(wanted, is_complete=False, as_of=min(moments), problems=tuple(problems))
        return PlanPeople(feed, spool)

    def _list(self, wanted: WantedPlan, query: dict[str, object], listing: _Listing) -> None:
        """Everybody: the first page, and if there are more the whole listing as NDJSON, or else the other pages.

        The page comes first because it says as of when the listing is, which NDJSON need not; a time before the NDJSON
        was made loses no change. A small plan takes one request so.
        """
        path = self._settings.plan_path(wanted.external_plan_id, "/participants", **query)
        page = self._page(path, listing)
        if page.next and self._is_ndjson_tried and self._lines(wanted, query, listing):
            return
        self._take_page(page, listing)
        self._further_pages(path, listing)

    def _lines(self, wanted: WantedPlan, query: dict[str, object], listing: _Listing) -> bool:
        """The listing as NDJSON; False when the recordkeeper does not offer it."""
        # Without the limit of a page, which a recordkeeper might heed here too.
        path = self._settings.plan_path(wanted.external_plan_id, "/participants", **{**query, "limit": None})

        def read(response: httpx.Response) -> EndLine | None:
            is_page = response.headers.get("content-type", "").startswith("application/json")
            if response.status_code == _NOT_ACCEPTABLE or (response.is_success and is_page):
                return None
            _refuse(response)
            listing.spool.close()
            listing.spool = PeopleSpool()
            return _spool_lines(response, listing.spool)

        understood = frozenset({_NOT_FOUND, _NOT_ACCEPTABLE, _EXPIRED})
        end = self._requests.get(Call(path, {"Accept": NDJSON}, understood, listing.lines), read)
        if end is None:
            # Remembered, so that thousands of plans do not ask thousands of times.
            self._is_ndjson_tried = False
            return False
        listing.snapshot = end.snapshot
        listing.as_of = _moment(end.as_of, path) or listing.as_of
        return True

    def _pages(self, wanted: WantedPlan, query: dict[str, object], listing: _Listing) -> None:
        path = self._settings.plan_path(wanted.external_plan_id, "/participants", **query)
        self._take_page(self._page(path, listing), listing)
        self._further_pages(path, listing)

    def _further_pages(self, path: str, listing: _Listing) -> None:
        seen: set[str] = set()
        while listing.following:
            refuse_repeated(listing.following, seen, path)
            page = self._page(self._settings.next_path(path, listing.following), listing)
            if page.snapshot != listing.snapshot:
                raise SnapshotExpiredError
            self._take_page(page, listing)

    def _page(self, path: str, listing: _Listing) -> PeoplePage:
        def read(response: httpx.Response) -> PeoplePage:
            _refuse(response)
            page = read_json(response, PeoplePage)
            if listing.as_of is None:
                listing.as_of = _moment(page.as_of, path) or _earliest(listing.started, response)
            return page

        return self._requests.get(Call(path, understood=frozenset({_NOT_FOUND, _EXPIRED}), lines=listing.lines), read)

    def _take_page(self, page: PeoplePage, listing: _Listing) -> None:
        for document in page.participants:
            listing.spool.add(bytes(document))
        listing.snapshot, listing.following = page.snapshot, page.next

    def _totals(self, wanted: WantedPlan, listing: _Listing) -> ControlTotals | None:
        """The control totals of the listing's snapshot; None when the recordkeeper offers none."""
        path = self._settings.plan_path(wanted.external_plan_id, "/totals", snapshot=listing.snapshot)

        def read(response: httpx.Response) -> TotalsAnswer | None:
            if response.status_code in _NOT_OFFERED:
                return None
            _refuse(response)
            return read_json(response, TotalsAnswer)

        answer = self._requests.get(Call(path, understood=_NOT_OFFERED | {_EXPIRED}, lines=listing.lines), read)
        if answer is None:
            return None
        if answer.snapshot not in {None, listing.snapshot}:
            raise SnapshotExpiredError
        return _control_totals(answer, path)


def _refuse(response: httpx.Response) -> None:
    if response.status_code == _NOT_FOUND:
        raise ParticipantNotFoundError if _problem_code(response) == "PARTICIPANT_NOT_FOUND" else NotFoundError
    if response.status_code == _EXPIRED:
        raise SnapshotExpiredError


def _problem_code(response: httpx.Response) -> str | None:
    """The code of an RFC 9457 problem; None when the body is none."""
    try:
        return msgspec.json.decode(response.read(), type=_ProblemBody).code
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _spool_lines(response: httpx.Response, spool: PeopleSpool) -> EndLine:
    """Take in the people of an NDJSON body. Raises BrokenBodyError without an end line that counts them right."""
    last = b""
    for line in _body_lines(response):
        if last:
            spool.add(last)
        last = line
    try:
        end = msgspec.json.decode(last, type=EndLine)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        message = "the NDJSON has no end line"
        raise BrokenBodyError(message) from None
    if not end.end or end.count != spool.lines_taken:
        message = f"the NDJSON has {spool.lines_taken} people, its end line says {end.count}"
        raise BrokenBodyError(message)
    return end


def _body_lines(response: httpx.Response) -> Iterator[bytes]:
    """The lines of a body that are not empty."""
    rest = b""
    for piece in response.iter_bytes(_READ_BYTES):
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            if line.strip():
                yield line.strip()
    if rest.strip():
        yield rest.strip()


def _moment(text: str | None, path: str) -> datetime | None:
    if text is None:
        return None
    moment = as_moment(text)
    if moment is None:
        raise GiveUp(Problem("RK_BAD_RESPONSE", detail=f"GET {path}: as_of is no RFC 3339 time with offset."))
    return moment


def _earliest(started: datetime, response: httpx.Response) -> datetime:
    """A time that is certainly not after the snapshot was taken, by whichever of the two clocks is slower."""
    answered = http_date(response.headers.get("date", ""))
    return (min(started, answered) if answered else started) - OVERLAP


def _control_totals(answer: TotalsAnswer, path: str) -> ControlTotals:
    by_source = {line.source: line.market_value for line in answer.by_source if line.source is not None}
    by_fund = {
        line.fund: (line.units, line.market_value)
        for line in answer.by_fund
        if line.fund is not None and line.units is not None
    }
    numbers = [answer.market_value, *by_source.values(), *(number for pair in by_fund.values() for number in pair)]
    is_whole = len(by_source) == len(answer.by_source) and len(by_fund) == len(answer.by_fund)
    if not is_whole or not all(number.is_finite() for number in numbers):
        raise GiveUp(Problem("RK_BAD_RESPONSE", detail=f"GET {path}: the control totals are not built as agreed."))
    return ControlTotals(answer.participants, answer.market_value, by_source, by_fund)
