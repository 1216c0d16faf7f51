"""How long the simulations of this folder run."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--simulation-steps 1000000`: so many steps of the submissions' simulation."""
    parser.addoption("--simulation-steps", type=int, default=100_000, help="Steps of the submissions' simulation.")


@pytest.fixture(scope="session")
def simulation_steps(request: pytest.FixtureRequest) -> int:
    """The steps asked for; 100,000 in the suite."""
    return int(request.config.getoption("--simulation-steps", default=100_000))
