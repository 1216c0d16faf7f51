"""A finding of `planbridge doctor`."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """What one check saw, and what to do when it is not well (or merely waits for a person)."""

    check: str
    is_well: bool
    said: str
    remedy: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The finding as JSON."""
        return asdict(self)
