"""Keys content hashes, so that a stored hash tells nobody without the key what was hashed (an SSN is guessable)."""

from functools import cache

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.modes import ECB

from planbridge.security.keys import keyring


@cache
def _cipher() -> "Cipher[ECB]":
    # One block a hash and no two blocks equal but for equal content: a keyed permutation is what is wanted here.
    return Cipher(algorithms.AES(keyring().derive("content-hash")), ECB())  # noqa: S305 - as said above


def key_hashes(hashes: bytes) -> bytes:
    """Encrypt 16-byte hashes, one after another, each by itself; the answer has the same length."""
    encryptor = _cipher().encryptor()
    return encryptor.update(hashes) + encryptor.finalize()
