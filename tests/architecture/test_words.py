"""What stands beside the code - docstrings, types, exceptions from the linters - is there and says enough."""

import ast
import io
import re
import tokenize

from tests.architecture.source_files import ALL_FILES, TEST_FILES, facts_of

LINES_AN_EXCEPTION_COUNTS_ON = 10_000
IGNORES_MAX = 3
# A rule, then the reason in words, as in "noqa: ARG001 - the signature of a signal handler".
REASONED = re.compile(r"#\s*noqa: [A-Z]+\d+(, ?[A-Z]+\d+)* - \w.+|#\s*type: ignore\[[\w, -]+\]\s+# \w.+")
EXCEPTION = re.compile(r"#\s*(noqa|type:\s*ignore|ruff:|mypy:|pragma)")
NUMBER = re.compile(r"\b[A-Z]{2}-\d+\b")
NUMBERED = re.compile(r"[A-Z]{2}-\d+(, [A-Z]{2}-\d+)*: \S")
SENTENCE_END = re.compile(r"(?<!e\.g)(?<!i\.e)[.!?]\s+[A-Z]")


def exceptions() -> list[tuple[str, str]]:
    """Every comment that excepts a line from a linter or the types, with the place where it stands."""
    return [
        (f"{file.name}:{token.start[0]}", token.string)
        for file in ALL_FILES
        for token in tokenize.generate_tokens(io.StringIO(file.text).readline)
        if token.type == tokenize.COMMENT and EXCEPTION.match(token.string)
    ]


def test_every_module_opens_with_a_sentence() -> None:
    """A module begins with a docstring whose first line is a sentence."""
    opening = {file.name: (ast.get_docstring(file.tree) or "").split("\n")[0] for file in ALL_FILES}
    assert [name for name, line in opening.items() if not line.endswith(".")] == []


def test_every_return_is_typed() -> None:
    """A function says what it returns."""
    untyped = [
        f"{file.name}:{function.lineno} {function.name}"
        for file in ALL_FILES
        for function in file.functions()
        if function.returns is None
    ]
    assert untyped == []


def test_exceptions_from_the_linters_name_rule_and_reason() -> None:
    """A line is excepted from a rule only by the rule's name and with the reason beside it."""
    assert [where for where in exceptions() if not REASONED.match(where[1])] == []


def test_types_are_hardly_ever_ignored() -> None:
    """There are at most three ignored types in 10,000 lines."""
    lines = sum(len(file.text.splitlines()) for file in ALL_FILES)
    ignores = [where for where in exceptions() if "ignore" in where[1].split("- ")[0]]
    assert len(ignores) <= IGNORES_MAX * lines / LINES_AN_EXCEPTION_COUNTS_ON, ignores


def fault_of(docstring: str | None) -> str:
    """What a test's docstring lacks; empty when it is as it should be."""
    if not docstring:
        return "has no docstring"
    if "\n\n" in docstring or not docstring.endswith(".") or SENTENCE_END.search(docstring):
        return "is not one sentence"
    if NUMBER.search(docstring) and not NUMBERED.match(docstring):
        return "names a behaviour, but not at its beginning"
    return ""


def test_every_test_states_a_fact() -> None:
    """A test has a docstring of one sentence, which the number of its behaviour opens where it has one."""
    faults = [
        f"{file.name}:{test.lineno} {test.name} {fault}"
        for file in TEST_FILES
        for test in facts_of(file)
        if (fault := fault_of(ast.get_docstring(test)))
    ]
    assert faults == []
