"""The published OpenAPI document and the simulator say the same."""

import json
from pathlib import Path
from typing import Any

from starlette.routing import Route

from planbridge.simulator.faults import Faults
from planbridge.simulator.recordkeeper import Recordkeeper
from planbridge.simulator.rest_face import RestFace, rest_routes
from planbridge.simulator.store import Store
from tests.simulator_process import Simulator

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "recordkeeper-openapi.json").read_text(encoding="utf-8"))
PLAN = "910001"


def properties(name: str) -> dict[str, Any]:
    """Return the properties of a schema by its name."""
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][name]["properties"]
    return found


def test_every_route_is_documented(tmp_path: Path) -> None:
    """RK-2: the OpenAPI document has exactly the simulator's paths and methods."""
    face = RestFace(Recordkeeper(Store(tmp_path / "empty.sqlite")), Faults(), "key")
    routes: list[Route] = rest_routes(face)
    served = {(route.path, method) for route in routes for method in (route.methods or set()) - {"HEAD"}}
    documented = {(path, method.upper()) for path, calls in DOCUMENT["paths"].items() for method in calls}
    assert served == documented


def test_every_field_is_documented(shared_simulator: Simulator) -> None:
    """RK-2: plan, participant and totals have the documented fields and no others."""
    plan = shared_simulator.get(f"/v1/plans/{PLAN}").json()
    assert set(plan) == set(properties("Plan"))
    assert set(plan["lineup"]["funds"][0]) == set(properties("Fund"))
    assert set(plan["provisions"]) == set(properties("Provisions"))
    for person in shared_simulator.people(PLAN):
        assert set(person) == set(properties("Participant"))
    assert set(shared_simulator.get(f"/v1/plans/{PLAN}/totals").json()) == set(properties("Totals"))
    assert set(shared_simulator.get("/v1/plans").json()) == set(properties("PlanPage"))


def test_every_reference_leads_somewhere() -> None:
    """RK-2: each $ref of the OpenAPI document names a part of it."""
    references = [part.split('"')[0] for part in json.dumps(DOCUMENT).split('"$ref": "#/')[1:]]
    assert len(references) > 20
    for reference in references:
        part = DOCUMENT
        for name in reference.split("/"):
            part = part[name]
