"""What becomes of packed and encrypted files: zip bombs, climbing paths, wrong keys, cut messages."""

import stat
import zipfile
from pathlib import Path

import pysequoia
import pytest

from planbridge.recordkeepers.archive_zip import unpack_zip
from planbridge.recordkeepers.connector import DeliveryRefused
from planbridge.recordkeepers.open_pgp import (
    OpenPgpKeyRefused,
    decrypt_to_file,
    is_encrypted,
    key_pair_of,
    make_key_pair,
)

MEGABYTE = 1 << 20


def zipped(folder: Path, files: dict[str, bytes]) -> Path:
    """A zip of some files."""
    path = folder / "delivery.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def refusal(path: Path, into: Path, bytes_max: int = 100 * MEGABYTE) -> str:
    """The code with which a zip is refused."""
    with pytest.raises(DeliveryRefused) as refused:
        unpack_zip(path, into, bytes_max=bytes_max)
    return refused.value.problem.code


def test_a_zip_is_unpacked_flat(tmp_path: Path) -> None:
    """RK-3: The files of a zip are unpacked by their names, folders in it left aside."""
    path = zipped(tmp_path, {"a.csv": b"1", "inner/b.csv": b"22"})
    into = tmp_path / "out"
    into.mkdir()
    assert [one.read_bytes() for one in unpack_zip(path, into, bytes_max=MEGABYTE)] == [b"1", b"22"]


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "x/../../a.csv", "..\\a.csv", "C:a.csv", ".hidden"])
def test_a_path_that_climbs_is_refused(tmp_path: Path, name: str) -> None:
    """RK-3: A name in a zip that leads elsewhere is FILE_UNSAFE_PATH, and nothing is written."""
    into = tmp_path / "out"
    into.mkdir()
    assert refusal(zipped(tmp_path, {"good.csv": b"1", name: b"2"}), into) == "FILE_UNSAFE_PATH"
    assert list(into.iterdir()) == []


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    """RK-3: A link in a zip is FILE_UNSAFE_PATH."""
    path = tmp_path / "link.zip"
    entry = zipfile.ZipInfo("a.csv")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    assert refusal(path, tmp_path) == "FILE_UNSAFE_PATH"


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    """RK-3: A file that grows a thousandfold is FILE_TOO_LARGE before it fills the disk."""
    path = zipped(tmp_path, {"zeros.csv": b"0" * (64 * MEGABYTE)})
    assert path.stat().st_size < MEGABYTE
    assert refusal(path, tmp_path, 1024 * MEGABYTE) == "FILE_TOO_LARGE"
    assert not (tmp_path / "zeros.csv").exists()


def test_a_zip_that_lies_about_its_sizes_is_bounded(tmp_path: Path) -> None:
    """RK-3: What comes out is counted, not what the zip says of itself."""
    path = zipped(tmp_path, {"a.csv": bytes(range(256)) * 4096})
    content = bytearray(path.read_bytes())
    central = content.rindex(b"PK\x01\x02")
    content[central + 24 : central + 28] = (10).to_bytes(4, "little")
    path.write_bytes(content)
    assert refusal(path, tmp_path) == "FILE_UNREADABLE"


@pytest.mark.parametrize(("files", "code"), [({"a.csv": b"x" * 2000}, "FILE_TOO_LARGE"), ({}, "FILE_EMPTY")])
def test_a_zip_beyond_its_bounds(tmp_path: Path, files: dict[str, bytes], code: str) -> None:
    """RK-3: A zip larger than allowed, or with nothing in it, is refused."""
    assert refusal(zipped(tmp_path, files), tmp_path, 1000) == code


def test_a_torn_zip_is_unreadable(tmp_path: Path) -> None:
    """RK-3: Half a zip is FILE_UNREADABLE."""
    path = zipped(tmp_path, {"a.csv": b"x" * 2000})
    path.write_bytes(path.read_bytes()[:40])
    assert refusal(path, tmp_path) == "FILE_UNREADABLE"


def encrypted(folder: Path, content: bytes, public_key: str, *, armor: bool = True) -> Path:
    """A file encrypted to a key."""
    path = folder / "file.pgp"
    path.write_bytes(
        pysequoia.encrypt(content, recipients=[pysequoia.Cert.from_bytes(public_key.encode())], armor=armor)
    )
    return path


@pytest.mark.parametrize("armor", [True, False])
def test_a_file_to_our_key_is_decrypted(tmp_path: Path, *, armor: bool) -> None:
    """RK-3: What is encrypted to the connection's public key can be read, in either form."""
    pair = make_key_pair("Example")
    path = encrypted(tmp_path, b"hello", pair.public_key, armor=armor)
    assert is_encrypted(path.read_bytes()[:32])
    decrypt_to_file(path, tmp_path / "plain", [pair.private_key], bytes_max=MEGABYTE)
    assert (tmp_path / "plain").read_bytes() == b"hello"


def test_a_file_to_another_key_is_refused(tmp_path: Path) -> None:
    """RK-3: What is encrypted to another key is FILE_DECRYPT_FAILED, and leaves nothing."""
    path = encrypted(tmp_path, b"hello", make_key_pair("Other").public_key)
    with pytest.raises(DeliveryRefused) as refused:
        decrypt_to_file(path, tmp_path / "plain", [make_key_pair("Example").private_key], bytes_max=MEGABYTE)
    assert refused.value.problem.code == "FILE_DECRYPT_FAILED"
    assert not (tmp_path / "plain").exists()


def test_a_cut_message_is_refused(tmp_path: Path) -> None:
    """RK-3: A message that was cut off is FILE_DECRYPT_FAILED: no half of it is taken."""
    pair = make_key_pair("Example")
    path = encrypted(tmp_path, bytes(range(256)) * 8192, pair.public_key, armor=False)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DeliveryRefused) as refused:
        decrypt_to_file(path, tmp_path / "plain", [pair.private_key], bytes_max=10 * MEGABYTE)
    assert refused.value.problem.code == "FILE_DECRYPT_FAILED"
    assert not (tmp_path / "plain").exists()


def test_a_message_larger_than_allowed_is_stopped(tmp_path: Path) -> None:
    """RK-3: A message that decrypts to more than is allowed is FILE_TOO_LARGE, and leaves nothing."""
    pair = make_key_pair("Example")
    path = encrypted(tmp_path, b"0" * (3 * MEGABYTE), pair.public_key)
    with pytest.raises(DeliveryRefused) as refused:
        decrypt_to_file(path, tmp_path / "plain", [pair.private_key], bytes_max=MEGABYTE)
    assert refused.value.problem.code == "FILE_TOO_LARGE"
    assert not (tmp_path / "plain").exists()


def test_a_key_is_known_by_its_fingerprint() -> None:
    """RK-3: The public part of a stored key can be shown again; what is no private key is refused."""
    pair = make_key_pair("Example")
    again = key_pair_of(pair.private_key)
    assert (again.fingerprint, again.public_key) == (pair.fingerprint, pair.public_key)
    assert "PRIVATE" not in pair.public_key
    for text in ("", "no key", pair.public_key):
        with pytest.raises(OpenPgpKeyRefused):
            key_pair_of(text)
