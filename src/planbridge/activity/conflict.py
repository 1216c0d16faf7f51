"""Two people at one thing: a token for what somebody saw, and the refusal when it is not so any more."""

import hashlib
import json


class ChangedMeanwhile(Exception):  # noqa: N818 - says what happened
    """Somebody else changed the thing since it was read; nothing was written. The page shows both values."""


def version_of(*values: object) -> str:
    """A token for values as they are: equal values, equal tokens."""
    return hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()[:32]


def refuse_if_changed(seen: str, *values: object) -> None:
    """Raises ChangedMeanwhile when the values, just read under a lock, are not those whose token was `seen`."""
    if seen != version_of(*values):
        raise ChangedMeanwhile
