"""Only submissions write to the recordkeeper: what the code could ask of it at all."""

import ast

from tests.architecture.source_files import PRODUCT, PRODUCT_FILES, SourceFile

# Every library that could speak HTTP as a client.
SPEAKS_HTTP = ("httpx", "urllib.request", "http.client", "requests", "aiohttp", "urllib3")
ASKS_FOR_TOKENS = (
    "rest_tokens.py"  # a token is asked for by POST, at the token address and not at the recordkeeper's API
)
CARRIES_SUBMISSIONS = "rest_submissions.py"
# Each way to a recordkeeper that writes, and the only files that may take it.
WAYS_TO_WRITE = {
    "exchange_once": {"recordkeepers/rest_submissions.py"},
    "CARRIERS": {"recordkeepers/registry.py"},
    "carrier_for": {"sync/submission_delivery.py"},
    "RestCarrier": {"recordkeepers/registry.py"},
    "FolderCarrier": {"recordkeepers/registry.py"},
    "NoCarrier": {"recordkeepers/registry.py"},
    "write_batch": {"recordkeepers/submission_folder.py"},
    "send_batch": {"recordkeepers/submission_folder.py"},
    "deliver_submissions": {"sync/jobs.py"},
}
# These give orders to the simulator on this machine, by its /admin/ addresses, which no recordkeeper has.
COMMAND_THE_SIMULATOR = {"cli/demo.py", "cli/simulator.py"}
# This one asks the sign-in provider of a recordkeeper's site who a participant is, and no recordkeeper.
ASKS_WHO_SIGNS_IN = {"enrollment/oidc.py"}
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
    places = {str(file.path.relative_to(PRODUCT)) for file in speakers()} - COMMAND_THE_SIMULATOR - ASKS_WHO_SIGNS_IN
    assert [place for place in sorted(places) if not place.startswith("recordkeepers/")] == []


def test_connectors_only_get() -> None:
    """RK-7: requests are made with GET only; a token alone is asked for, and a submission alone is sent, with POST."""
    methods = {
        (file.path.name, method)
        for file in speakers()
        if "recordkeepers" in file.path.parts
        for call, called in file.calls()
        if (method := method_of(call, called)) is not None
    }
    asked = {method for name, method in methods if name not in {ASKS_FOR_TOKENS, CARRIES_SUBMISSIONS}}
    assert asked == {"GET"}
    assert {method for name, method in methods if name == ASKS_FOR_TOKENS} <= {"POST"}
    assert {method for name, method in methods if name == CARRIES_SUBMISSIONS} == {"GET", "POST"}


def test_only_the_delivery_carries() -> None:
    """RK-7: what can write to a recordkeeper is called by the delivery of submissions and by nothing else."""
    users: dict[str, set[str]] = {way: set() for way in WAYS_TO_WRITE}
    for file in PRODUCT_FILES:
        for name in names_used(file) & users.keys():
            users[name].add(str(file.path.relative_to(PRODUCT)))
    assert users == WAYS_TO_WRITE


def names_used(file: SourceFile) -> set[str]:
    """Every name that the file's code uses (beyond importing or defining it)."""
    nodes = list(ast.walk(file.tree))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}
