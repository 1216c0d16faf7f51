"""Loads file profiles from YAML and checks them; what is wrong is told with its line."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.profile import Profile
from planbridge.recordkeepers.profile_checks import Fault, faults_of

SHIPPED = Path(__file__).parent / "profiles"
PROFILE_BYTES_MAX = 1 << 20
DEPTH_MAX = 40


class ProfileRefused(Exception):  # noqa: N818 - says what happened
    """A profile that cannot be used as it is; the problems say where and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].message)
        self.problems = tuple(problems)


@cache
def shipped_profiles() -> dict[str, Path]:
    """The profiles that come with the product: name to file."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}


@cache
def shipped_profile(name: str) -> Profile:
    """A profile that comes with the product; raises KeyError for another name."""
    return load_profile(shipped_profiles()[name])


def load_profile(path: Path) -> Profile:
    """The profile of a YAML file; raises ProfileRefused, OSError."""
    with path.open("rb") as file:
        content = file.read(PROFILE_BYTES_MAX + 1)
    return parse_profile(content, path.name)


def parse_profile(content: bytes, name: str) -> Profile:
    """The profile that a YAML text describes; `name` is the file's, for what is said of it. Raises ProfileRefused."""
    if len(content) > PROFILE_BYTES_MAX:
        raise ProfileRefused([Problem("FILE_TOO_LARGE", value=name, detail="A profile has at most 1 MiB.")])
    try:
        text = content.decode("utf-8-sig")
        if "&" in text and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            # A few lines of aliases can stand for billions of values.
            raise ProfileRefused([Problem("PROFILE_INVALID", value=name, detail="It uses YAML aliases; write out.")])
        tree = yaml.compose(text, yaml.SafeLoader)
        data = yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise ProfileRefused([Problem("FILE_ENCODING", value=name)]) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ProfileRefused([Problem("PROFILE_INVALID", value=name, detail=yaml_fault(error))]) from error
    try:
        profile = msgspec.convert(data, Profile)
    except (msgspec.ValidationError, RecursionError) as error:
        said, path = split_path(str(error))
        raise ProfileRefused([placed(Fault("PROFILE_INVALID", path, said), tree, name)]) from error
    faults = faults_of(profile)
    if faults:
        raise ProfileRefused([placed(fault, tree, name) for fault in faults])
    return profile


def yaml_fault(error: Exception) -> str:
    """What YAML says of a text that it cannot read, with the line."""
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or "it is no YAML"
    return f"{f'Line {mark.line + 1}: ' if mark else ''}{said}."


def split_path(message: str) -> tuple[str, tuple[str | int, ...]]:
    """What msgspec says ("Invalid enum value 'x' - at `$.records[0].kind`"), apart from the place it names."""
    said, _, where = message.partition(" - at `$")
    steps: list[str | int] = []
    for piece in where.rstrip("`").replace("[", ".[").split("."):
        inner = piece.strip("[]")
        if piece.startswith("[") and inner.isdigit():
            steps.append(int(inner))
        elif inner and inner != "...":
            steps.append(inner)
    return said, tuple(steps)


def placed(fault: Fault, tree: yaml.Node | None, name: str) -> Problem:
    """A fault as a problem that names the line of the YAML text."""
    line = line_of(tree, fault.path)
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in fault.path).lstrip(".")
    return Problem(fault.code, field=where or None, value=f"{name}, line {line}", detail=f"{fault.said.rstrip('.')}.")


def line_of(tree: yaml.Node | None, path: Sequence[str | int]) -> int:
    """The line, from 1, on which what a path names begins; of the last step that is there."""
    node: Any = tree
    line = 0 if node is None else node.start_mark.line
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
        else:
            break
    return int(line) + 1
