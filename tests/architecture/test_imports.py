"""What may import what, beside the layers of .importlinter."""

import ast
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.architecture.source_files import PRODUCT, PRODUCT_FILES, TEST_FILES, SourceFile

STARTS_THE_SIMULATOR = "src/planbridge/cli/simulator.py"
SIGNALS = ("django.dispatch", "django.db.models.signals", "django.core.signals", "django.test.signals", "blinker")
MODULES = {
    ".".join(file.path.relative_to(PRODUCT.parent).with_suffix("").parts).removesuffix(".__init__"): file
    for file in PRODUCT_FILES
}


def imported_modules(file: SourceFile) -> set[str]:
    """The modules of the product that a file imports; of `from package import name` the module, or else the package."""
    names = {name for _, name in file.imports() if name.startswith("planbridge")}
    return {name if name in MODULES else name.rpartition(".")[0] for name in names}


def test_imports_stand_at_the_top() -> None:
    """No function of the product or of a test imports anything."""
    inside = [
        f"{file.name}:{node.lineno}"
        for file in (*PRODUCT_FILES, *TEST_FILES)
        for function in file.functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_imports_go_in_no_circle() -> None:
    """No module imports itself by way of others."""
    graph = {name: imported_modules(file) - {name} for name, file in MODULES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" <- ".join(circle.args[1]))


def test_only_its_command_imports_the_simulator() -> None:
    """Nothing of the product but the command that starts the simulator imports it."""
    importers = [
        file.name
        for file in PRODUCT_FILES
        if "simulator" not in file.path.relative_to(PRODUCT).parts[:1]
        and any(name.startswith("planbridge.simulator") for _, name in file.imports())
    ]
    assert importers == [STARTS_THE_SIMULATOR]


def test_nothing_happens_by_signal() -> None:
    """No change is made by a signal's receiver: one can click through from a change to all that it does."""
    importers = [
        f"{file.name}:{node.lineno} {name}"
        for file in PRODUCT_FILES
        for node, name in file.imports()
        if name.startswith(SIGNALS) or name.endswith(".signals")
    ]
    receivers = [
        f"{file.name}:{function.lineno}"
        for file in PRODUCT_FILES
        for function in file.functions()
        if any("receiver" in ast.unparse(decorator) for decorator in function.decorator_list)
    ]
    assert importers + receivers == []
