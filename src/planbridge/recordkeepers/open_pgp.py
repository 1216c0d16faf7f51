"""OpenPGP: key pairs for a connection, and files that a recordkeeper encrypted to them."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pysequoia

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import DeliveryRefused, TooManyBytes
from planbridge.recordkeepers.open_pgp_process import DECRYPT_FAILED, TOO_LARGE

ARMOUR = b"-----BEGIN PGP MESSAGE"
# The first packet of an encrypted message, in the new and the old form of its header: a session key for somebody.
PACKETS = (0xC1, 0x84, 0x85, 0xC3, 0x8C)
DECRYPT_SECONDS = 3600


@dataclass(frozen=True)
class KeyPair:
    """A private key, its public part to be given to the recordkeeper, and the fingerprint both are known by."""

    private_key: str
    public_key: str
    fingerprint: str

    @property
    def spoken_fingerprint(self) -> str:
        """The fingerprint in groups of four, as people read it to each other."""
        return " ".join(self.fingerprint[place : place + 4] for place in range(0, len(self.fingerprint), 4))


class OpenPgpKeyRefused(ValueError):  # noqa: N818 - says what happened
    """A text that is no private key that can be used here."""


def make_key_pair(name: str) -> KeyPair:
    """A new key pair; its user id is the connection's name, without an address."""
    return key_pair_of(str(pysequoia.Tsk.generate(f"Planbridge: {name}")))


def key_pair_of(private_key: str) -> KeyPair:
    """The pair of a private key in text form; raises OpenPgpKeyRefused."""
    try:
        key = pysequoia.Tsk.from_bytes(private_key.encode())
        public = key.extract_certificate()
        key.decryptor()
    except Exception as error:
        message = "This is no OpenPGP private key without a passphrase."
        raise OpenPgpKeyRefused(message) from error
    return KeyPair(private_key, str(public), str(public.fingerprint).upper())


def is_encrypted(start: bytes) -> bool:
    """Whether a file that begins so is an OpenPGP message."""
    return start.startswith(ARMOUR) or (bool(start) and start[0] in PACKETS)


def decrypt_to_file(path: Path, into: Path, private_keys: Sequence[str], *, bytes_max: int) -> None:
    """Decrypt a file into another by whichever of the keys it is for; raises DeliveryRefused, and nothing is left of it.

    It is done in a process of its own: the library keeps the interpreter to itself while it works, and a message may
    unpack to more than a disk holds, which only the operating system can stop.
    """
    asked = {"input": str(path), "output": str(into), "private_keys": list(private_keys), "bytes_max": bytes_max}
    done = subprocess.run(
        [sys.executable, "-m", "planbridge.recordkeepers.open_pgp_process"],
        input=json.dumps(asked).encode(),
        capture_output=True,
        timeout=DECRYPT_SECONDS,
        check=False,
    )
    if done.returncode == 0:
        return
    into.unlink(missing_ok=True)
    if done.returncode == TOO_LARGE:
        detail = f"Decrypted, it has more than {bytes_max:,} bytes."
        raise TooManyBytes(Problem("FILE_TOO_LARGE", value=path.name, detail=detail))
    detail = "It is not encrypted to a key of this connection, or it was changed or cut off."
    if done.returncode != DECRYPT_FAILED:
        detail = f"The decryption ended with {done.returncode}."
    raise DeliveryRefused(Problem("FILE_DECRYPT_FAILED", value=path.name, detail=detail))
