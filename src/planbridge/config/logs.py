"""The log: one JSON line an event, without personal data - a fault's place and type, never its message."""

import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog


def fault_without_message(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace exc_info by the fault's type and the lines it passed: its message may quote a person's data."""
    if event.pop("exc_info", None):
        kind, _fault, passed = sys.exc_info()
        event["fault"] = kind.__name__ if kind else "unknown"
        event["passed"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(passed)]
    return event


def configure_logs(level: str) -> None:
    """Write events of this level and above to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            fault_without_message,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
