"""Syncs only read from the recordkeeper: what the code could ask of it at all."""

import ast

from tests.architecture.source_files import PRODUCT, PRODUCT_FILES, SourceFile

# Every library that could speak HTTP as a client.
SPEAKS_HTTP = ("httpx", "urllib.request", "http.client", "requests", "aiohttp", "urllib3")
ASKS_FOR_TOKENS = (
    "rest_tokens.py"  # a token is asked for by POST, at the token address and not at the recordkeeper's API
)
# These give orders to the simulator on this machine, by its /admin/ addresses, which no recordkeeper has.
COMMAND_THE_SIMULATOR = {"cli/demo.py", "cli/simulator.py"}
WRITES = {"post", "put", "patch", "delete"}
WITH_METHOD = {"request", "stream", "build_request", "Request"}


def speakers() -> list[SourceFile]:
    """The product's files that import a library which speaks HTTP."""
    return [
        file
        for file in PRODUCT_FILES
        if any(name == one or name.startswith(f"{one}.") for _, name in file.imports() for one in SPEAKS_HTTP)
    ]


def method_of(call: ast.Call, called: str) -> str | None:
    """The HTTP method that a call names, "?" where only the running program knows it; None: no call of HTTP."""
    if called in WRITES:
        return called.upper()
    if called not in WITH_METHOD or not call.args:
        return None
    return str(call.args[0].value) if isinstance(call.args[0], ast.Constant) else "?"


def test_only_connectors_speak_http() -> None:
    """RK-7: nothing outside the recordkeepers' connectors can reach a recordkeeper by HTTP."""
    places = {str(file.path.relative_to(PRODUCT)) for file in speakers()} - COMMAND_THE_SIMULATOR
    assert [place for place in sorted(places) if not place.startswith("recordkeepers/")] == []


def test_connectors_only_get() -> None:
    """RK-7: the connectors of syncs make requests with GET only; a token alone is asked for with POST."""
    methods = {
        (file.path.name, method)
        for file in speakers()
        if "recordkeepers" in file.path.parts
        for call, called in file.calls()
        if (method := method_of(call, called)) is not None
    }
    asked = {method for name, method in methods if name != ASKS_FOR_TOKENS}
    assert asked == {"GET"}
    assert {method for name, method in methods if name == ASKS_FOR_TOKENS} <= {"POST"}
