"""The process that decrypts one OpenPGP file: asked by JSON on its standard input, bounded by the operating system."""

import json
import resource
import signal
import sys
from pathlib import Path

import pysequoia

DECRYPT_FAILED = 3
TOO_LARGE = 4


def main() -> int:
    """Decrypt the file that was asked for; the exit code says how it went."""
    asked = json.load(sys.stdin)
    bytes_max = int(asked["bytes_max"])
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, bytes_max))
    output = Path(asked["output"])
    for private_key in asked["private_keys"]:
        try:
            key = pysequoia.Tsk.from_bytes(private_key.encode())
            pysequoia.decrypt_file(input=asked["input"], output=str(output), decryptor=key.decryptor())
        except Exception:  # noqa: BLE001 - pysequoia raises plain exceptions of no class of its own
            if output.exists() and output.stat().st_size >= bytes_max:
                return TOO_LARGE
            output.unlink(missing_ok=True)
        else:
            return 0
    return DECRYPT_FAILED


if __name__ == "__main__":
    sys.exit(main())
