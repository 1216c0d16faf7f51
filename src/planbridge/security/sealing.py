"""Seals values with AES-GCM bound to their row's place, under versioned keys."""

import os
import struct
from collections.abc import Iterable, Iterator
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from planbridge.security.keys import keyring

NONCE_BYTES = 12
NONCES_AT_ONCE = 1024
VERSION = struct.Struct(">H")


class SealBroken(Exception):  # noqa: N818 - named by what is wrong
    """A sealed value does not belong to its place or its key: the row was moved, altered, or the key is another."""


@cache
def _cipher(version: int) -> AESGCM:
    return AESGCM(keyring().derive("seal", version))


def seal(plain: bytes, place: str) -> bytes:
    """Seal bytes for one place (for example 'participant.ssn/17/P-0007'): version, nonce, ciphertext and tag."""
    version = keyring().newest
    nonce = os.urandom(NONCE_BYTES)
    return VERSION.pack(version) + nonce + _cipher(version).encrypt(nonce, plain, place.encode())


def seal_each(values: Iterable[tuple[bytes, str]]) -> Iterator[bytes]:
    """Seal many values, each for its place, as `seal` does; nonces are drawn in blocks [half the time]."""
    version = keyring().newest
    head, encrypt = VERSION.pack(version), _cipher(version).encrypt
    nonces, used = b"", 0
    for plain, place in values:
        if used == len(nonces):
            nonces, used = os.urandom(NONCE_BYTES * NONCES_AT_ONCE), 0
        nonce = nonces[used : used + NONCE_BYTES]
        used += NONCE_BYTES
        yield head + nonce + encrypt(nonce, plain, place.encode())


def unseal(sealed: bytes, place: str) -> bytes:
    """Open what `seal` made for the same place; raises SealBroken otherwise."""
    version = VERSION.unpack_from(sealed)[0]
    nonce = bytes(sealed[VERSION.size : VERSION.size + NONCE_BYTES])
    try:
        return _cipher(version).decrypt(nonce, bytes(sealed[VERSION.size + NONCE_BYTES :]), place.encode())
    except InvalidTag as error:
        message = f"The sealed value at {place} does not open: it was moved or altered, or its key is another."
        raise SealBroken(message) from error
