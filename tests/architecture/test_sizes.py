"""Files and functions stay small enough to be read at once."""

from tests.architecture.source_files import ALL_FILES

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70


def test_no_file_is_longer_than_400_lines() -> None:
    """A file has at most 400 lines."""
    lengths = {file.name: len(file.text.splitlines()) for file in ALL_FILES}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES_MAX} == {}


def test_no_function_is_longer_than_70_lines() -> None:
    """A function has at most 70 lines."""
    lengths = {
        f"{file.name}:{function.lineno} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for file in ALL_FILES
        for function in file.functions()
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES_MAX} == {}
