"""The loader of profiles under whatever YAML: a profile or a refusal with its problems, and nothing else."""

from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planbridge.recordkeepers.profile import Profile
from planbridge.recordkeepers.profile_load import SHIPPED, ProfileRefused, parse_profile, shipped_profiles

TEXTS = {name: (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8") for name in shipped_profiles()}
TREES = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=5) | st.dates()
    | st.sampled_from(["ssn", "number", "plan_id", "detail", "x", "{", "2026-99-99", 10**30, -1, 0, "(a+)+", "*a", ".inf"])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SCALARS, inner, max_size=4), max_leaves=12
)
PIECES = st.sampled_from(
    [
        "&a ",
        "*a",
        "!!int ",
        "!!python/none ",
        "<<: ",
        "[",
        "]",
        "{",
        "}",
        ": ",
        "- ",
        "\t",
        "'",
        "|",
        "? ",
        "\x85",
        "9" * 60,
    ]
)


def outcome(content: bytes) -> Profile | ProfileRefused:
    """What loading comes to."""
    try:
        return parse_profile(content, "own.yaml")
    except ProfileRefused as error:
        refused = error
    assert refused.problems
    assert all(one.message and one.code.startswith(("PROFILE_", "FILE_")) for one in refused.problems)
    return refused


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    """RK-4: any text at all is a profile or refused."""
    outcome(text.encode("utf-8", "replace"))


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    """RK-4: any bytes at all are refused or a profile."""
    outcome(content)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(sorted(TREES)), st.data())
def test_any_value_in_the_place_of_another(name: str, data: st.DataObject) -> None:
    """RK-4: a shipped profile in which any part stands for something else is a profile or refused."""
    tree = yaml.safe_load(TEXTS[name])
    node: Any = tree
    for _ in range(data.draw(st.integers(0, 4))):
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        inner = [key for key in keys if isinstance(node[key], dict | list) and node[key]]
        if not inner:
            break
        node = node[data.draw(st.sampled_from(inner))]
    place = data.draw(st.sampled_from(list(node) if isinstance(node, dict) else list(range(len(node)))))
    node[place] = data.draw(VALUES)
    outcome(yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "replace"))


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(sorted(TEXTS)), st.lists(st.tuples(st.floats(0, 1), PIECES), min_size=1, max_size=4))
def test_any_slip_of_the_keyboard(name: str, slips: list[tuple[float, str]]) -> None:
    """RK-4: a shipped profile with marks of YAML typed in anywhere is a profile or refused."""
    text = TEXTS[name]
    for share, piece in slips:
        at = int(share * len(text))
        text = text[:at] + piece + text[at + len(piece) // 2 :]
    outcome(text.encode())


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["[", "{a: ", "- ", "? ", "!!map ", "a: ", "'", "|\n ", "# ", "&a "])
def test_nothing_takes_longer_for_being_nasty(piece: str) -> None:
    """RK-4: a hundred kilobytes of marks that open something are refused within seconds."""
    assert isinstance(outcome((piece * (100_000 // len(piece))).encode()), ProfileRefused)
