"""SSNs: sealed at rest, found by an exact keyed index."""

import hmac
from collections.abc import Iterable
from functools import cache

from planbridge.security.keys import keyring
from planbridge.security.sealing import seal_each, unseal

INDEX_BYTES = 16


@cache
def _index_key() -> bytes:
    return keyring().derive("ssn-index")


def ssn_index(ssn: str) -> bytes:
    """The keyed index (16 bytes) of nine digits: equal SSNs of an installation have equal indexes."""
    return hmac.digest(_index_key(), ssn.encode(), "sha256")[:INDEX_BYTES]


def ssn_place(plan_id: int, participant_id: str) -> str:
    """Where a participant's sealed SSN belongs."""
    return f"participant.ssn/{plan_id}/{participant_id}"


def seal_ssns(rows: Iterable[tuple[int, str, str]]) -> list[str]:
    r"""Seal (plan_id, participant_id, nine digits) rows as PostgreSQL bytea texts (\x...)."""
    sealed = seal_each((ssn.encode(), ssn_place(plan_id, participant_id)) for plan_id, participant_id, ssn in rows)
    return ["\\x" + one.hex() for one in sealed]


def index_ssns(ssns: Iterable[str]) -> list[str]:
    r"""The keyed indexes of SSNs as PostgreSQL bytea texts (\x...)."""
    key = _index_key()
    digest = hmac.digest
    return ["\\x" + digest(key, ssn.encode(), "sha256")[:INDEX_BYTES].hex() for ssn in ssns]


def unseal_ssn(sealed: bytes | memoryview, plan_id: int, participant_id: str) -> str:
    """The nine digits of a participant's sealed SSN."""
    return unseal(bytes(sealed), ssn_place(plan_id, participant_id)).decode()
