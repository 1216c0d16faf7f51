"""Running simulators for these tests: one shared by those that only read, a fresh one for those that change things."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator_process import Simulator, start_simulator


@pytest.fixture(scope="session")
def shared_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """Give one simulator to all tests of this process."""
    with start_simulator(tmp_path_factory.mktemp("shared")) as simulator:
        yield simulator


@pytest.fixture
def faulty(shared_simulator: Simulator) -> Iterator[Simulator]:
    """Give the shared simulator, whose faults are cleared after the test."""
    yield shared_simulator
    shared_simulator.clear_faults()


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    """Give a simulator of the test's own, to change at will."""
    with start_simulator(tmp_path) as running:
        yield running
