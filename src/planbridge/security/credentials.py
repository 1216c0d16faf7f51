"""Recordkeeper credentials: sealed at rest, never shown again."""

import json

from planbridge.security.sealing import seal, unseal


def seal_credentials(connection_id: int, credentials: dict[str, str]) -> bytes:
    """Seal a connection's secrets, bound to that connection."""
    return seal(json.dumps(credentials).encode(), f"connection.credentials/{connection_id}")


def unseal_credentials(connection_id: int, sealed: bytes | memoryview | None) -> dict[str, str]:
    """A connection's secrets by name; empty when it has none."""
    if sealed is None:
        return {}
    secrets: dict[str, str] = json.loads(unseal(bytes(sealed), f"connection.credentials/{connection_id}"))
    return secrets
