"""SSNs: sealed at rest, masked on display, found by an exact keyed index."""

import hmac
import re
from collections.abc import Iterable
from functools import cache

from planbridge.security.keys import keyring
from planbridge.security.sealing import seal, unseal

INDEX_BYTES = 16
_LOOKS_LIKE_SSN = re.compile(r"(?<![0-9])\d{3}[- ]?\d{2}[- ]?\d{4}(?![0-9])")


@cache
def _index_key() -> bytes:
    return keyring().derive("ssn-index")


def ssn_index(ssn: str) -> bytes:
    """The keyed index (16 bytes) of nine digits: equal SSNs of an installation have equal indexes."""
    return hmac.digest(_index_key(), ssn.encode(), "sha256")[:INDEX_BYTES]


def ssn_place(plan_id: int, participant_id: str) -> str:
    """Where a participant's sealed SSN belongs."""
    return f"participant.ssn/{plan_id}/{participant_id}"


def seal_ssns(rows: Iterable[tuple[int, str, str]]) -> tuple[list[str], list[str]]:
    r"""Seal (plan_id, participant_id, nine digits) rows: two lists of PostgreSQL bytea texts (\x...), sealed and index."""
    sealed, index = [], []
    for plan_id, participant_id, ssn in rows:
        sealed.append("\\x" + seal(ssn.encode(), ssn_place(plan_id, participant_id)).hex())
        index.append("\\x" + ssn_index(ssn).hex())
    return sealed, index


def unseal_ssn(sealed: bytes, plan_id: int, participant_id: str) -> str:
    """The nine digits of a participant's sealed SSN."""
    return unseal(bytes(sealed), ssn_place(plan_id, participant_id)).decode()


def mask_ssn(ssn: str) -> str:
    """Nine digits as ***-**-1234; anything else wholly masked."""
    digits = ssn.replace("-", "").replace(" ", "")
    return f"***-**-{digits[-4:]}" if re.fullmatch(r"\d{9}", digits) else "***"


def mask_text(text: str) -> str:
    """Any text with what looks like an SSN in it masked."""
    return _LOOKS_LIKE_SSN.sub(lambda match: mask_ssn(match.group()), text)
