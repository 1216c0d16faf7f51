"""How many web processes a server has by itself: what the machine's processors can do, and what an operator says."""

import os

import pytest

from planbridge.config.env import WEB_PROCESSES, WEB_PROCESSES_MAX, web_processes


def test_one_process_a_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """OP-1: a server has a web process for each processor that it may use, and at most four."""
    monkeypatch.delenv(WEB_PROCESSES.name)
    lent = os.sched_getaffinity(0)
    assert web_processes() == min(len(lent), WEB_PROCESSES_MAX)
    try:
        os.sched_setaffinity(0, {min(lent)})
        assert web_processes() == 1
    finally:
        os.sched_setaffinity(0, lent)


def test_an_operator_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """OP-1: what is configured goes before the processors; what is no number is refused by name."""
    monkeypatch.setenv(WEB_PROCESSES.name, "7")
    assert web_processes() == 7
    monkeypatch.setenv(WEB_PROCESSES.name, "many")
    with pytest.raises(ValueError, match=WEB_PROCESSES.name):
        web_processes()
