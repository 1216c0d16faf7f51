"""Time-ordered ids (UUID version 7, RFC 9562) for runs and activity entries."""

import secrets
import time
from uuid import UUID


def new_run_id() -> UUID:
    """A UUID version 7: milliseconds since 1970, a 4,096th of them in the next twelve bits, then random bits.

    So two made one after the other on a machine are in order also within a millisecond (RFC 9562, 6.2, method 3).
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = nanoseconds * 4096 // 1_000_000
    return UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | secrets.randbits(62))
