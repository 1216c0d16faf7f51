"""How often the tests of this folder kill."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--kill-rounds 20`: each kill so many times."""
    parser.addoption("--kill-rounds", type=int, default=1, help="How often each kill is done.")
    parser.addoption("--submission-kills", type=int, default=50, help="How many kills hit submissions.")


@pytest.fixture(scope="session")
def kill_rounds(request: pytest.FixtureRequest) -> range:
    """The rounds of kills asked for; one in the suite."""
    return range(1, 1 + int(request.config.getoption("--kill-rounds", default=1)))


@pytest.fixture(scope="session")
def submission_kills(request: pytest.FixtureRequest) -> int:
    """The kills of workers and databases among submissions; 50, fewer by option."""
    return int(request.config.getoption("--submission-kills", default=50))
