"""The timeline of a run: its stages with their seconds and counts, and the borders at which it can be stopped."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings

from planbridge.jobs.stopping import hand_back_if_asked

log = structlog.get_logger()
LAST_STAGES = ("apply", "reconcile")


def tell_nobody(stages: Sequence[Mapping[str, Any]]) -> None:
    """Nobody is told of stages as they end."""


@dataclass
class Timeline:
    """Collects the stages of a batch; `tell` is given those done so far as each ends."""

    tell: Callable[[Sequence[Mapping[str, Any]]], None] = tell_nobody
    started: float = field(default_factory=time.perf_counter)
    stages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def mark(self, stage: str, count: int) -> None:
        """A stage ended, with how many of what it works on; the same stage of several parts is added up.

        Raises HandedBack when the worker was asked to stop, unless what is left is quicker done than done again.
        """
        now = time.perf_counter()
        entry = self.stages.setdefault(stage, {"stage": stage, "seconds": 0.0, "count": 0})
        entry["seconds"] = round(entry["seconds"] + now - self.started, 4)
        entry["count"] += count
        pause_for_fault_tests(stage)
        if stage not in LAST_STAGES:
            hand_back_if_asked()
        self.tell(list(self.stages.values()))
        self.started = time.perf_counter()

    def as_list(self) -> list[dict[str, Any]]:
        """The stages in their order."""
        return [dict(entry) for entry in self.stages.values()]


def pause_for_fault_tests(stage: str) -> None:
    """Wait at the border named by PLANBRIDGE_PAUSE_AT ("*": at each), so that a test can kill this process just there."""
    name, _, seconds = (settings.PAUSE_AT or "").partition(":")
    if name in {stage, "*"}:
        log.warning("paused", stage=stage)
        time.sleep(float(seconds or 0))
