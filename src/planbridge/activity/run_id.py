"""Time-ordered ids (UUID version 7, RFC 9562) for runs and activity entries."""

import secrets
import time
from uuid import UUID


def new_run_id() -> UUID:
    """A UUID version 7: milliseconds since 1970, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return UUID(int=value)
