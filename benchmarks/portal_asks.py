"""What is asked of the portal's pages: every route once, and what people do with the long lists."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse


@dataclass(frozen=True)
class Ask:
    """One request: its name in the table, route, query, and form where it is a POST; `is_part`: by HTMX."""

    name: str
    route: str
    query: str = ""
    form: Mapping[str, str] | None = None
    is_part: bool = False

    def address(self, values: Mapping[str, object]) -> str:
        """Its address with the ids and cursors of a filled database."""
        arguments = ARGUMENTS[self.route]
        path = reverse(self.route, kwargs={name: values[name] for name in arguments})
        return f"{path}?{self.query.format_map(values)}" if self.query else path


def routes(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every route of the portal with the names of its arguments; those of allauth and the Enrollment site are theirs."""
    for pattern in patterns:
        if "accounts" in str(pattern.pattern) or getattr(pattern, "namespace", None) == "enrollment":
            continue
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            outer = tuple(pattern.pattern.converters)
            yield from ((name, outer + arguments) for name, arguments in routes(pattern.url_patterns, inner))
        elif pattern.name and "token" not in pattern.pattern.converters:
            yield f"{space}{pattern.name}", tuple(pattern.pattern.converters)


ARGUMENTS = dict(routes(get_resolver().url_patterns))
WITH_QUERIES = (
    Ask("command menu, plan", "find", "q=Nor"),
    Ask("command menu, name", "find", "q=garc"),
    Ask("command menu, two names", "find", "q=Ada Smi"),
    Ask("command menu, nobody", "find", "q=zzzz"),
    Ask("command menu, run", "find", "q={run_id}"),
    Ask("plans, part", "plans:summary", is_part=True),
    Ask("plans, search", "plans:summary", "q=alder"),
    Ask("plans, status", "plans:summary", "status=draft&status=active_with_draft"),
    Ask("plans, recordkeeper", "plans:summary", "recordkeeper={connection_id}"),
    Ask("plans, by participants", "plans:summary", "sort=people&order=descending&size=100"),
    Ask("plans, by assets", "plans:summary", "sort=assets&order=descending"),
    Ask("plans, by Plan Sync", "plans:summary", "sort=plan_sync"),
    Ask("plans, by freshness", "plans:summary", "sort=freshness"),
    Ask("plans, late", "plans:summary", "freshness=late"),
    Ask("plans, stale", "plans:summary", "freshness=stale"),
    Ask("plans, on track", "plans:summary", "freshness=on_track"),
    Ask("plans, deep", "plans:summary", "after={plans_cursor}"),
    Ask("plans, backwards", "plans:summary", "before={plans_cursor}"),
    Ask("review of sixty funds", "plans:draft"),
    Ask("review of sixty funds, part", "plans:draft", is_part=True),
    Ask("people, 100", "people:list", "size=100"),
    Ask("people, search", "people:list", "q=garc"),
    Ask("people, one letter", "people:list", "q=s"),
    Ask("people, SSN", "people:list", form={"q": "900-10-0001"}, is_part=True),
    Ask("people, not synced", "people:list", "synchronization=error&synchronization=not_at_recordkeeper"),
    Ask("people, terminated", "people:list", "employment=terminated"),
    Ask("people, by id", "people:list", "sort=participant_id&order=descending"),
    Ask("people, deep", "people:list", "after={people_cursor}"),
    Ask("rejected, deep", "people:rejected", "after={rejected_cursor}"),
    Ask("person, on a day", "people:person", "on={day}"),
    Ask("activity, part", "activity:monitor", is_part=True),
    Ask("activity, 100", "activity:monitor", "size=100"),
    Ask("activity, any time", "activity:monitor", "from="),
    Ask("activity, errors", "activity:monitor", "status=error"),
    Ask("activity, errors, any time", "activity:monitor", "status=error&from="),
    Ask("activity, successful", "activity:monitor", "status=successful&from="),
    Ask("activity, type", "activity:monitor", "type=plan_activated&from="),
    Ask("activity, a type that is rare", "activity:monitor", "type=plan_deactivated&from="),
    Ask("activity, plan", "activity:monitor", "plan=900001&from="),
    Ask("activity, plans by name", "activity:monitor", "plan=north&from="),
    Ask("activity, participant", "activity:monitor", "participant=P-1009&from="),
    Ask("activity, days long ago", "activity:monitor", "from={long_ago}&until={less_long_ago}"),
    Ask("activity, deep", "activity:monitor", "from=&after={activity_cursor}"),
    Ask("live rows", "activity:live", "run={plan_id}.{run_id}", is_part=True),
    Ask("plans to filter by", "activity:plan_options", "plan=north"),
    Ask("CSV, first bytes, any time", "activity:csv", "from="),
    Ask("run, problems of a code", "activity:run", "tab=problems&code=SSN_MISSING&size=100"),
    Ask("run, problems of a code, deep", "activity:run", "tab=problems&code=SSN_MISSING&after={problems_cursor}"),
    Ask("run, changes", "activity:run", "tab=changes"),
    Ask("run, changes of a field", "activity:run", "tab=changes&field=annual_compensation"),
    Ask("run, proof", "activity:run", "tab=proof"),
    Ask("run, requests", "activity:run", "tab=requests"),
    Ask("run, task", "activity:run", "tab=task"),
    Ask("run, live", "activity:run", "seen=running", is_part=True),
    Ask("plans to schedule", "activity:schedule_plans", "plan_text=north"),
    Ask("plans of a user, given", "settings:user_plans", "given=yes"),
    Ask("plans of a user, not given", "settings:user_plans", "given=no&q=alder"),
)
# As the table of the portal's routes: all of them, so that no new page is left out.
ASKS = (*(Ask(name, name) for name in ARGUMENTS), *WITH_QUERIES)
