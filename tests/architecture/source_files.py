"""The project's own Python files, parsed: what the tests of this folder judge."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PRODUCT = PROJECT / "src" / "planbridge"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class SourceFile:
    """One Python file; `name` is its path in the project."""

    path: Path

    @property
    def name(self) -> str:
        """The path as a reader would open it."""
        return str(self.path.relative_to(PROJECT))

    @cached_property
    def text(self) -> str:
        """What stands in it."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """What stands in it, parsed."""
        return ast.parse(self.text)

    def functions(self) -> Iterator[Function]:
        """Every function and method in it."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def imports(self) -> Iterator[tuple[ast.stmt, str]]:
        """Every import in it, with the dotted name of what is imported."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Every call of `something.name(...)` in it, with that name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield node, node.func.attr


def files_in(folder: str) -> list[SourceFile]:
    """The files of a folder of the project; Django's migrations, which it writes itself, are left out."""
    found = sorted((PROJECT / folder).rglob("*.py"))
    return [SourceFile(path) for path in found if "migrations" not in path.parts]


PRODUCT_FILES = files_in("src")
TEST_FILES = files_in("tests")
ALL_FILES = [*PRODUCT_FILES, *TEST_FILES, *files_in("benchmarks"), *files_in("scripts")]


def facts_of(file: SourceFile) -> Iterator[Function]:
    """The tests of a file: each states a fact."""
    if file.path.name.startswith("test_"):
        yield from (function for function in file.functions() if function.name.startswith("test_"))
